package io.postern.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, 192.0.2.255, true",
    "192.0.2.0/24, 192.0.3.0, false",
    "192.0.2.0/25, 192.0.2.128, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "::/0, 2001:db8::1, true",
    "::/0, 192.0.2.1, false",
    "192.0.2.7, 192.0.2.7, true",
    "10.0.0.0/9, 10.127.255.255, true",
    "10.0.0.0/9, 10.128.0.0, false",
    "128.0.0.0/1, 255.0.0.0, true",
    "128.0.0.0/1, 127.0.0.0, false",
    "fe80::/10, febf::1, true",
    "fe80::/10, fec0::1, false",
    "192.0.2.7, 192.0.2.6, false",
    "192.0.2.0/24, ::ffff:192.0.2.9, true",
  })
  void holdsItsAddresses(String network, String address, boolean expected) {
    assertEquals(
        expected,
        Network.parse(network).orElseThrow().contains(Network.literal(address).orElseThrow()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "example.com", "192.0.2", "192.0.2.256", "192.0.2.01", "3221225985", "0xc0000201",
        "1.2.3.4.5", "fe80::1%eth0", "[::1]", "::g", "12345::", "192.0.2.1 ", "192.0.2.-1"
      })
  void readsNoAddressWhereAReaderWouldSeeNone(String text) {
    assertEquals(Optional.empty(), Network.literal(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/x", "::/129", "/24", "a/24"})
  void readsNoNetworkWhereThereIsNone(String text) {
    assertTrue(Network.parse(text).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":25", "25", "*:25", "127.0.0.1", "::1:25", "[::1]", "[127.0.0.1]:25"})
  void readsNoSocketWhereThereIsNone(String text) {
    assertTrue(Network.socket(text).isEmpty());
  }
}
