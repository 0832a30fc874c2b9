package io.postern.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockedSendersTest {
  private static final BlockedSenders SENDERS =
      new BlockedSenders(
          Map.of(
              "ann@example.org", "sends nothing else",
              "bad.example.org", "",
              "*.worse.example.org", "all of them"));

  @ParameterizedTest
  @CsvSource({
    "ann@example.org, blocked sender ann@example.org: sends nothing else",
    "ANN@example.org, blocked sender ann@example.org: sends nothing else",
    "any@bad.example.org, blocked sender bad.example.org",
    "any@a.worse.example.org, blocked sender *.worse.example.org: all of them",
    "any@a.b.worse.example.org, blocked sender *.worse.example.org: all of them"
  })
  void blocksAddressesAndDomains(String address, String reason) {
    assertEquals(Optional.of(reason), SENDERS.reason(List.of(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bob@example.org",
        "ann@example.com",
        "any@a.bad.example.org",
        "any@worse.example.org",
        "any@notworse.example.org",
        "bad.example.org@example.com",
        "ann@example.org@example.com",
        ""
      })
  void takesAllOthers(String address) {
    assertEquals(Optional.empty(), SENDERS.reason(List.of(address)));
    assertEquals(Optional.empty(), BlockedSenders.NONE.reason(List.of(address)));
  }

  @Test
  void oneOfSeveralAddressesIsEnough() {
    assertTrue(SENDERS.reason(List.of("bob@example.org", "x@bad.example.org")).isPresent());
  }

  @ParameterizedTest
  @CsvSource({
    "Ann@Example.ORG, ann@example.org",
    "' ann@example.org ', ann@example.org",
    "Example.org, example.org",
    "bücher.example.org, xn--bcher-kva.example.org",
    "ann@Bücher.example.org, ann@xn--bcher-kva.example.org",
    "*.Example.org, *.example.org"
  })
  void readsWhatAnOperatorWrites(String text, String entry) {
    assertEquals(Optional.of(entry), BlockedSenders.entry(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@example.org", "ann@", "a b@example.org", "*.", "ann@*.example.org"})
  void refusesWhatIsNoSender(String text) {
    assertEquals(Optional.empty(), BlockedSenders.entry(text));
  }
}
