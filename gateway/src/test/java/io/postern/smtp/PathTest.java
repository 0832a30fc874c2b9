package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<a@b>                             | a@b",
        "<alice@Example.COM>               | alice@example.com",
        "<Alice.Smith@example.com>         | Alice.Smith@example.com",
        "<a+tag=x/y?z@example.com>         | a+tag=x/y?z@example.com",
      })
  void readsPlainMailboxes(String text, String address) {
    assertMailbox(text, address, true);
  }

  @Test
  void readsEverySignOfAnAtom() {
    assertMailbox("<!#$%&'*+-/=?^_`{|}~@example.com>", "!#$%&'*+-/=?^_`{|}~@example.com", true);
  }

  @Test
  void readsAllQuotedFormsOfALocalPartAsTheSameMailbox() {
    assertMailbox("<\"joe\"@example.com>", "joe@example.com", true);
    assertMailbox("<\"Joe\\.\\B\"@example.com>", "Joe.B@example.com", true);
    assertMailbox("<\"\\a\\ b\"@example.com>", "\"a b\"@example.com", true);
    assertMailbox("<\"用户\"@example.com>", "用户@example.com", false);
  }

  @Test
  void keepsQuotesWhereTheyAreNeeded() {
    assertMailbox("<\"a b\"@example.com>", "\"a b\"@example.com", true);
    assertMailbox("<\"a>b\"@example.com>", "\"a>b\"@example.com", true);
    assertMailbox("<\"a@b\"@example.com>", "\"a@b\"@example.com", true);
    assertMailbox("<\"a\\\"b\\\\\"@example.com>", "\"a\\\"b\\\\\"@example.com", true);
    assertMailbox("<\"a..b\"@example.com>", "\"a..b\"@example.com", true);
    assertMailbox("<\"\"@example.com>", "\"\"@example.com", true);
  }

  @Test
  void readsDomainsInAnyAlphabetAsALabels() {
    assertMailbox("<a@münchen.example>", "a@xn--mnchen-3ya.example", false);
    assertMailbox("<a@MÜNCHEN.example>", "a@xn--mnchen-3ya.example", false);
    assertMailbox("<a@例え.example>", "a@xn--r8jz45g.example", false);
    assertMailbox("<a@XN--MNCHEN-3YA.example>", "a@xn--mnchen-3ya.example", true);
    assertMailbox("<用户@example.com>", "用户@example.com", false);
    assertMailbox("<\"用 户\"@example.com>", "\"用 户\"@example.com", false);
  }

  @Test
  void readsAddressLiterals() {
    assertMailbox("<a@[192.0.2.1]>", "a@[192.0.2.1]", true);
    assertMailbox("<a@[IPv6:2001:db8::1]>", "a@[ipv6:2001:db8::1]", true);
    assertMailbox("<a@[ipv6:::ffff:192.0.2.1]>", "a@[ipv6:::ffff:192.0.2.1]", true);
  }

  @Test
  void readsTheNullPathAndPostmaster() {
    assertEquals(Path.Kind.NULL, Path.parse("<>").orElseThrow().kind());
    for (String local : new String[] {"postmaster", "Postmaster", "POSTMASTER"}) {
      for (String given : new String[] {local, '"' + local + '"', "\"\\" + local + '"'}) {
        Path path = Path.parse("<" + given + ">").orElseThrow();
        assertEquals(Path.Kind.POSTMASTER, path.kind());
        assertEquals(local, path.local());
      }
    }
  }

  @Test
  void givesWhatFollowsThePath() {
    assertEquals("junk", Path.parse("<a@b>junk").orElseThrow().rest());
    assertEquals(" SIZE=1", Path.parse("<a@b> SIZE=1").orElseThrow().rest());
    assertEquals(" SIZE=1", Path.parse("<> SIZE=1").orElseThrow().rest());
    assertEquals(">", Path.parse("<a@b>>").orElseThrow().rest());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<",
        ">",
        "a@b",
        "<a@b",
        "a@b>",
        "<<a@b>>",
        "< a@b>",
        "<a @b>",
        "<a@ b>",
        "<a@b >",
        "<a>",
        "<@>",
        "<a@>",
        "<@b>",
        "<.a@b>",
        "<a.@b>",
        "<a..b@c>",
        "<a@b.>",
        "<a@.b>",
        "<a@b..c>",
        "<a@b.c,d@e.f>",
        "<a@b@c>",
        "<a,b@c>",
        "<a;b@c>",
        "<a:b@c>",
        "<a(b)@c>",
        "<a\\b@c>",
        "<a[b]@c>",
        "<a\tb@c>",
        "<\u0000@c>",
        "<a\u007f@c>",
        "<a\u0085@c>",
        "<a@-b.example>",
        "<a@b-.example>",
        "<a@b!c>",
        "<a@b\u0000c>",
        "<a@b/c>",
        "<a@[192.0.2.256]>",
        "<a@[192.0.2]>",
        "<a@[192.0.2.1.1]>",
        "<a@[0x7f.1]>",
        "<a@192.0.2.1]>",
        "<a@[192.0.2.1>",
        "<a@[]>",
        "<a@[2001:db8::1]>",
        "<a@[IPv6:2001:db8::1::1]>",
        "<a@[IPv6:fe80::1%eth0]>",
        "<a@[IPv6:]>",
        "<a@[tag:content]>",
        "<\"a@b>",
        "<a\"b\"@c>",
        "<\"a\"b@c>",
        "<\"a\"\"b\"@c>",
        "<\"a\\\"@c>",
        "<\"a\\",
        "<\"a\\é\"@c>",
        "<\"a\u0001b\"@c>",
        "<@relay.example:a@b>",
        "<@relay.example,@other.example:a@b>",
        "<postmaſter>",
        "<postmaster",
        "<bob>",
        "<a@xn--a\u0080>",
      })
  void refusesWhatIsNoPath(String text) {
    assertTrue(Path.parse(text).isEmpty(), text);
  }

  @Test
  void keepsToTheLimitsOfLength() {
    assertTrue(Path.parse("<" + "l".repeat(256) + "@b>").isPresent());
    assertTrue(Path.parse("<" + "l".repeat(257) + "@b>").isEmpty());
    assertTrue(Path.parse("<" + "é".repeat(128) + "@b>").isPresent());
    assertTrue(Path.parse("<" + "é".repeat(129) + "@b>").isEmpty(), "octets, not characters");
    String label = "d".repeat(63);
    String longest = label + "." + label + "." + label + "." + label;
    assertTrue(Path.parse("<a@" + longest + ">").isPresent());
    assertTrue(Path.parse("<a@" + longest + ".d>").isEmpty());
    assertTrue(Path.parse("<a@" + label + "d.example>").isEmpty());
  }

  @Test
  void survivesAnyText() {
    Random random = new Random(11);
    String alphabet = "<>@.\"\\ab[]:1 \té用-xn,\u0000";
    int read = 0;
    for (int n = 0; n < 200_000; n++) {
      StringBuilder text = new StringBuilder("<");
      for (int i = random.nextInt(14); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      if (Path.parse(text.toString()).isPresent()) {
        read++;
      }
    }
    assertTrue(read > 100, "some were paths: " + read);
  }

  private static void assertMailbox(String text, String address, boolean ascii) {
    Path path = Path.parse(text).orElseThrow(() -> new AssertionError("no path: " + text));
    assertEquals(Path.Kind.MAILBOX, path.kind());
    assertEquals(address, path.address().orElseThrow().text());
    assertEquals(ascii, path.ascii(), text);
    assertEquals("", path.rest());
  }
}
