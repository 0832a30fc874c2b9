package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Addresses in all their clothes.
final class DestinationTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, PLAIN",
    "2001:db8::1, PLAIN",
    "127.0.0.1, PLAIN",
    "::1, PLAIN",
    "169.253.255.255, PLAIN",
    "172.32.0.1, PLAIN",
    "169.254.169.254, LINK_LOCAL",
    "169.254.0.1, LINK_LOCAL",
    "fe80::1, LINK_LOCAL",
    "febf::1, LINK_LOCAL",
    "fd00:ec2::254, LINK_LOCAL",
    "100.100.100.200, LINK_LOCAL",
    "192.0.0.192, LINK_LOCAL",
    "168.63.129.16, LINK_LOCAL",
    // Mapped (which Java reads as IPv4), compatible, translated, NAT64 both ways, 6to4, ISATAP.
    "::ffff:169.254.169.254, LINK_LOCAL",
    "::169.254.169.254, LINK_LOCAL",
    "::ffff:0:169.254.169.254, LINK_LOCAL",
    "64:ff9b::169.254.169.254, LINK_LOCAL",
    "64:ff9b:1::a9fe:a9fe, LINK_LOCAL",
    "2002:a9fe:a9fe::1, LINK_LOCAL",
    "2001:db8::5efe:169.254.169.254, LINK_LOCAL",
    "2001:db8::200:5efe:a9fe:a9fe, LINK_LOCAL",
    "64:ff9b::10.0.0.1, PRIVATE",
    "64:ff9b::192.0.2.1, PLAIN",
    "2002:c000:0201::1, PLAIN",
    "10.0.0.1, PRIVATE",
    "172.31.255.255, PRIVATE",
    "192.168.1.1, PRIVATE",
    "100.64.0.1, PRIVATE",
    "fd12:3456::1, PRIVATE",
    "fec0::1, PRIVATE",
    "0.0.0.0, NO_MACHINE",
    "0.1.2.3, NO_MACHINE",
    "::, NO_MACHINE",
    "224.0.0.1, NO_MACHINE",
    "255.255.255.255, NO_MACHINE",
    "ff02::1, NO_MACHINE",
    "64:ff9b::, NO_MACHINE",
  })
  void isJudgedByWhatItLeadsTo(String address, Destination destination) {
    assertEquals(destination, Destination.of(InetAddress.ofLiteral(address)));
  }

  @Test
  void onlyPrivateNetworksAreAMatterOfConfiguration() {
    assertTrue(Destination.LINK_LOCAL.isRefused(true));
    assertTrue(Destination.NO_MACHINE.isRefused(true));
    assertTrue(Destination.PRIVATE.isRefused(false));
    assertFalse(Destination.PRIVATE.isRefused(true));
    assertFalse(Destination.PLAIN.isRefused(false));
  }
}
