package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadersTest {
  private static Headers read(String latin) {
    return read(latin.getBytes(ISO_8859_1));
  }

  private static Headers read(byte[] bytes) {
    return Headers.read(bytes, bytes.length);
  }

  private static String subject(byte[] value) {
    byte[] bytes = new byte[value.length + 9];
    System.arraycopy("Subject: ".getBytes(ISO_8859_1), 0, bytes, 0, 9);
    System.arraycopy(value, 0, bytes, 9, value.length);
    return read(bytes).first("subject").orElseThrow().value();
  }

  @Test
  void keepsFieldsInOrderWithRepeatedOnes() {
    Headers headers = read("Received: a\r\nTo: x\r\nreceived: b\r\n\r\nReceived: body\r\n");
    assertEquals(
        List.of(
            new Header("Received", "a", "a"),
            new Header("To", "x", "x"),
            new Header("received", "b", "b")),
        headers.all());
    assertEquals(2, headers.named("RECEIVED").size());
    assertEquals("x", headers.first("to").orElseThrow().value());
    assertTrue(headers.first("Cc").isEmpty());
  }

  @Test
  void readsOnlyTheBytesThatCount() {
    byte[] bytes = "To: abc\r\nCc: d\r\n".getBytes(ISO_8859_1);
    assertEquals(List.of(new Header("To", "ab", "ab")), Headers.read(bytes, 6).all());
  }

  @Test
  void unfoldsByRemovingLineEndsOnly() {
    Headers headers =
        read("A: one\r\n  two\n\tthree\r four\r\nB:\r\n folded\r\nC:x\r\n \r\n y\r\n");
    assertEquals("one  two\tthree four", headers.first("A").orElseThrow().raw());
    assertEquals("one  two three four", headers.first("A").orElseThrow().value());
    assertEquals("folded", headers.first("B").orElseThrow().value());
    assertEquals("x  y", headers.first("C").orElseThrow().value());
  }

  @Test
  void toleratesEveryKindOfLineEnd() {
    for (String end : List.of("\r\n", "\n", "\r", "\r\r\n")) {
      Headers headers = read("A: 1\nB: 2\n\nC: 3\n".replace("\n", end));
      assertEquals(List.of(new Header("A", "1", "1"), new Header("B", "2", "2")), headers.all());
    }
  }

  @Test
  void passesOverLinesThatAreNoFieldAndSaysSo() {
    Headers headers =
        read(
            """
             orphan
            From x Mon Nov 22
            A : 1
            no colon
             continued
            : nameless
            two words: x
            B: 2
            """);
    assertEquals(List.of(new Header("A", "1", "1"), new Header("B", "2", "2")), headers.all());
    assertEquals(List.of(new Defect(Defect.Kind.BROKEN_HEADER, "5")), headers.defects());
  }

  @Test
  void replacesControlCharactersInValues() {
    assertEquals("a b\uFFFDc", read("A: a\tb\0c").first("A").orElseThrow().value());
    assertEquals("a  Bcc: x", subject("=?utf-8?Q?a=0D=0ABcc:_x?=".getBytes(ISO_8859_1)));
  }

  @Test
  void readsRawBytesByTheirLook() {
    String japanese = "見積書の件です";
    assertEquals(japanese, subject(japanese.getBytes(UTF_8)));
    for (String charset : List.of("ISO-2022-JP", "Shift_JIS", "EUC-JP")) {
      assertEquals(japanese, subject(japanese.getBytes(Charset.forName(charset))), charset);
    }
    assertEquals("請求書", subject("請求書".getBytes(Charset.forName("Shift_JIS"))));
    for (String latin : List.of("Müller & Söhne", "né à Orléans", "“quoted” – dash", "Grüße")) {
      assertEquals(latin, subject(latin.getBytes(Charset.forName("windows-1252"))));
    }
  }

  @Test
  void stopsAtTheGreatestNumberOfFields() {
    Headers headers = read("A: 1\r\n".repeat(Headers.FIELDS_MAX + 5));
    assertEquals(Headers.FIELDS_MAX, headers.all().size());
    assertTrue(headers.isCut());
  }
}
