package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {
  private static List<String> of(String... values) {
    StringBuilder section = new StringBuilder();
    for (String value : values) {
      section.append("From: ").append(value).append("\r\n");
    }
    byte[] bytes = section.toString().getBytes(UTF_8);
    return Addresses.of(Headers.read(bytes, bytes.length), "from");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a@example.com | a@example.com",
        "A.B@Example.COM | a.b@example.com",
        "Ann <a@example.com> | a@example.com",
        "Ann B. <a@example.com>, b@example.com | a@example.com b@example.com",
        "\"Last, First\" <a@example.com> | a@example.com",
        "=?utf-8?Q?b=40example.org?= <a@example.com> | a@example.com",
        "\"b@example.org\" <a@example.com> | a@example.com",
        "Ann (b@example.org (nested)) <a@example.com> | a@example.com",
        "a@example.com (Ann) | a@example.com",
        "Team: a@example.com, Bob <b@example.com>; | a@example.com b@example.com",
        "Team: a@example.com;, c@example.com | a@example.com c@example.com",
        "undisclosed-recipients:; | ``",
        ", a@example.com,, b@example.com, | a@example.com b@example.com",
        "<@relay.example,@other.example:a@example.com> | a@example.com",
        "\"a b\"@example.com | \"a b\"@example.com",
        "\"ab\"@example.com | ab@example.com",
        "a . b @ example . com | a.b@example.com",
        "<a@[192.0.2.1]> | a@[192.0.2.1]",
        "a@bücher.example | a@xn--bcher-kva.example",
        "山田 <用户@例え.jp> | 用户@xn--r8jz45g.jp",
        // Not in the grammar: all that looks like an address counts.
        "b@example.org <a@example.com> | b@example.org a@example.com",
        "<a@example.com> <b@example.org> | a@example.com b@example.org",
        "a@example.com b@example.org | a@example.com b@example.org",
        "Ann <a@example.com | a@example.com",
        "\"Ann <a@example.com> | a@example.com",
        "Ann [b@example.org] <a@example.com> | b@example.org a@example.com",
        "Team: a@example.com | a@example.com",
        "(a@example.com | a@example.com",
        "<\"a b\"@example.com> <x@example.com> | \"a b\"@example.com x@example.com",
        "a@example.com. | a@example.com",
        "Ann <a@example.com..> | a@example.com",
        "a@example。com。 | a@example.com",
        "=?utf-8?Q?<a=40example.com>?= | a@example.com",
        "mailto:a@example.com | a@example.com",
        "MAILER-DAEMON | ``",
        "Ann <> | ``",
        "@ | ``",
        "a@ | ``",
        "\"@x\" | ``",
      })
  void areFound(String value, String wanted) {
    assertEquals(wanted, String.join(" ", of(value)));
  }

  @Test
  void ofAllFieldsAreTaken() {
    assertEquals(
        List.of("a@example.com", "b@example.com"),
        of("a@example.com", "Bob <b@example.com>", "A@EXAMPLE.COM"));
  }

  @Test
  void areLinearInHostileText() {
    for (String bit :
        List.of(
            "(",
            "\"",
            "<",
            "@",
            "a@b,",
            "\"@",
            "a:",
            "[",
            "@[",
            "\\",
            "a ",
            "=?utf-8?Q?@?= ",
            "(\"@<")) {
      String text = bit.repeat(200_000 / bit.length());
      Cpu.bounded(bit, () -> of(text));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Ann <Ann@Example.COM> | Ann <Ann@example.com>",
        "a@example.com (Ann), <b@example.com> | a@example.com ~ b@example.com",
        "\"Doe, \\\"J\\\"\" <j@example.com> | \"Doe, \\\"J\\\"\" <j@example.com>",
        "J. (x) Doe  <j@example.com> | \"J. Doe\" <j@example.com>",
        "=?utf-8?Q?M=C3=BCller,_J?= <m@example.com> | \"Müller, J\" <m@example.com>",
        "=?utf-8?Q?no word, a@example.com | a@example.com",
        "=?utf-8?Q?M=C3=BCl?= =?utf-8?Q?ler?= <m@example.com> | Müller <m@example.com>",
        "team: a@example.com, B <b@example.com>; | a@example.com ~ B <b@example.com>",
        "undisclosed-recipients:; | ``",
        "a@exämple.com | a@xn--exmple-cua.com",
        "<<b@example.com | b@example.com",
        "=?utf-8?Q?=07?= <b@example.com> | \uFFFD <b@example.com>",
      })
  void tellsMailboxesWithTheirNames(String field, String expected) {
    byte[] bytes = ("From: " + field + "\r\n").getBytes(UTF_8);
    Headers headers = Headers.read(bytes, bytes.length);
    assertEquals(
        expected,
        String.join(
            " ~ ", Addresses.mailboxes(headers, "from").stream().map(Mailbox::text).toList()));
  }

  @Test
  void tellsAThousandMailboxesAndComparesAll() {
    byte[] many = ("To: " + "a@example.com, ".repeat(1500) + "last@example.com").getBytes(UTF_8);
    Headers headers = Headers.read(many, many.length);
    assertEquals(Addresses.MAILBOXES_MAX, Addresses.mailboxes(headers, "To").size());
    assertEquals(List.of("a@example.com", "last@example.com"), Addresses.of(headers, "To"));
  }
}
