package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.IDN;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainTest {
  @ParameterizedTest
  @CsvSource({
    "MX.Example.COM, mx.example.com",
    "münchen.example, xn--mnchen-3ya.example",
    "MÜNCHEN.example, xn--mnchen-3ya.example",
    "例え.example, xn--r8jz45g.example",
    "fass.example, fass.example",
    "faß.example, xn--fa-hia.example",
    "FAẞ.example, xn--fa-hia.example",
    "mail.straße.example, mail.xn--strae-oqa.example",
    "βόλος.example, xn--nxasmm1c.example",
    "βόλοσ.example, xn--nxasmq6b.example",
    "ΒΌΛΟΣ.example, xn--nxasmq6b.example",
    "ß.例え, xn--zca.xn--r8jz45g",
    "[IPv6:2001:DB8::1], [ipv6:2001:db8::1]",
  })
  void readsDomainsAsALabels(String text, String ascii) {
    assertEquals(ascii, Domain.parse(text).orElseThrow().ascii());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "ß!.example",
        "-ß.example",
        "ß .example",
        "a\u200Db.example",
        "\u200C.example",
        "ßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßß.example",
        "[",
        "[]",
      })
  void refusesWhatIsNoDomain(String text) {
    assertTrue(Domain.parse(text).isEmpty(), text);
  }

  /// The JDK encodes as well, and what it encodes without mapping it first must come out the same.
  @Test
  void encodesAsTheRuntimeDoes() {
    Random random = new Random(3492);
    String letters = "abcxyz0189äöüéñçабвгдежзий日本語漢字かなالعربيةอักษร\uD840\uDC0B";
    int[] alphabet = letters.codePoints().toArray();
    int compared = 0;
    for (int n = 0; n < 20_000; n++) {
      StringBuilder label = new StringBuilder();
      for (int i = 1 + random.nextInt(20); i > 0; i--) {
        label.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
      }
      String text = label.toString();
      if (text.chars().allMatch(c -> c < 128)) {
        continue;
      }
      try {
        assertEquals(IDN.toASCII(text), "xn--" + Punycode.encode(text));
        compared++;
      } catch (IllegalArgumentException _) {
        // Right-to-left among others, or too long: not for comparing.
      }
    }
    assertTrue(compared > 1000, compared + " labels");
  }
}
