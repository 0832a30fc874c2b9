package io.postern.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Domain;
import io.postern.policy.PermittedDomains.Entry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermittedDomainsTest {
  private static final PermittedDomains DOMAINS =
      PermittedDomains.of(
          Stream.of("in.Example.com", "*.wide.example.com", "日本.example", "[192.0.2.1]")
              .map(text -> Entry.parse(text).orElseThrow())
              .toList());

  @ParameterizedTest
  @CsvSource({
    "in.example.com, true",
    "IN.EXAMPLE.COM, true",
    "a.in.example.com, false",
    "example.com, false",
    "notin.example.com, false",
    "in.example.com.example.org, false",
    "wide.example.com, false",
    "a.wide.example.com, true",
    "a.b.c.wide.example.com, true",
    "awide.example.com, false",
    "日本.example, true",
    "xn--wgv71a.example, true",
    "XN--WGV71A.example, true",
    "[192.0.2.1], true",
    "[192.0.2.2], false",
    "com, false",
  })
  void permitsWhatIsListedAndWhatLiesBelowAStar(String domain, boolean expected) {
    assertEquals(expected, DOMAINS.permits(Domain.parse(domain).orElseThrow()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "*.", "*.*.example.com", "a.*.example.com", "a b", "*.[192.0.2.1]", "-x"})
  void readsNoEntryWhereThereIsNone(String text) {
    assertTrue(Entry.parse(text).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"in.example.com", "[192.0.2.1]"})
  void permitsNothingWhenNothingIsListed(String domain) {
    assertEquals(false, PermittedDomains.of(List.of()).permits(Domain.parse(domain).orElseThrow()));
  }
}
