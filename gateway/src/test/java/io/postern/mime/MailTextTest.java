package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Long texts are decoded anew whenever they are read. What comes out must be what the short way,
/// which has all bytes at once, makes of the same bytes.
class MailTextTest {
  private static final int LONG = 3 * MailText.SHORT_MAX;

  private static ParsedMail parse(String type, byte[] body) throws IOException {
    return ParsedMail.parse(
        new Letters()
            .line("Content-Type: " + type + "\n\n")
            .raw(new String(body, ISO_8859_1))
            .message());
  }

  /// Sees that a mail with these bytes gives what is read from them at once.
  private static void assertReadAsAtOnce(String declared, byte[] body) throws IOException {
    ParsedMail mail = parse("text/plain; charset=\"" + declared + "\"", body);
    assertTrue(mail.text().orElseThrow().brief().isEmpty());
    Charsets.Decoded decoded = Charsets.decode(body, declared);
    String marked = decoded.text();
    String text = marked.startsWith("\uFEFF") ? marked.substring(1) : marked;
    assertEquals(text.replace('\0', '\uFFFD'), ParsedMailTest.text(mail).orElseThrow(), declared);
    List<Defect> defects = decoded.defect() == null ? List.of() : List.of(decoded.defect());
    // The bytes of other charsets may look like line ends.
    List<Defect> found =
        mail.defects().stream()
            .filter(defect -> defect.kind() != Defect.Kind.BARE_LINE_ENDS)
            .toList();
    assertEquals(defects, found, declared);
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, UTF-8",
    "UTF-8, windows-1252",
    "UTF-8, iso-2022-jp",
    "UTF-8, ''",
    "windows-1252, UTF-8",
    "windows-1252, ''",
    "x-windows-iso2022jp, iso-2022-jp",
    "x-windows-iso2022jp, utf-8",
    "x-windows-iso2022jp, x-klingon",
    "windows-31j, ''",
    "windows-31j, shift_jis",
    "windows-31j, us-ascii",
    "EUC-JP, ''",
    "EUC-JP, iso-2022-jp",
    "GB18030, gb2312",
    "UTF-16, utf-16",
    "UTF-16LE, utf-16le"
  })
  void longTextIsReadAsAtOnce(String charset, String declared) throws IOException {
    // Each line moves the next one's characters to other places of the blocks they are read in.
    String western = "grüße “€” \uFEFF\0é\r\n";
    String japanese = "御見積のとおり、①番です。カタカナも\r\n";
    String line = charset.equals("windows-1252") ? western : japanese;
    String lines = line.repeat(1 + LONG / line.length());
    for (int shift = 0; shift < 3; shift++) {
      byte[] body = ("x".repeat(shift) + lines).getBytes(Charset.forName(charset));
      assertReadAsAtOnce(declared, body);
      assertReadAsAtOnce(declared, Arrays.copyOf(body, body.length - 1));
      body[body.length / 2] = (byte) 0xff;
      assertReadAsAtOnce(declared, body);
    }
  }

  @Test
  void anyBytesUnderAnyNameAreReadAsAtOnce() throws IOException {
    Random chance = new Random(5);
    for (String name : new TreeSet<>(Charset.availableCharsets().keySet())) {
      byte[] body = new byte[MailText.SHORT_MAX + 1 + chance.nextInt(1000)];
      chance.nextBytes(body);
      for (int i = 0; i < 200; i++) {
        byte[] shift = (chance.nextBoolean() ? "\u001b$B" : "\u001b(B").getBytes(ISO_8859_1);
        System.arraycopy(shift, 0, body, chance.nextInt(body.length - 3), 3);
      }
      assertReadAsAtOnce(name, body);
    }
  }

  @Test
  void longBodiesAreJoinedAsShortOnes() throws IOException {
    String part = "--b\n\n";
    for (String more : List.of("", "x", "x\n", "\uFEFFx\0\n\n", "\n")) {
      String all = part + more + "\n" + part + "y\n" + part + "\n" + part + more + "\n";
      String head = "Content-Type: multipart/mixed; boundary=b\n\n";
      String brief =
          ParsedMailTest.text(ParsedMail.parse(Letters.of(head + all + "--b--\n"))).orElseThrow();
      String filler = "z".repeat(MailText.SHORT_MAX);
      Letters longer = new Letters().line(head + all + part + filler + "\n--b--\n");
      ParsedMail mail = ParsedMail.parse(longer.message());
      assertTrue(mail.text().orElseThrow().brief().isEmpty());
      String join = brief.endsWith("\n") ? "" : "\r\n";
      assertEquals(brief + join + filler, ParsedMailTest.text(mail).orElseThrow());
    }
  }

  @Test
  void bodiesAreCountedTogether() throws IOException {
    String third = "x".repeat(ParsedMail.TEXT_MAX / 3);
    String part = "--b\n\n" + third + "\n";
    ParsedMail mail =
        ParsedMail.parse(
            Letters.of("Content-Type: multipart/mixed; boundary=b\n\n" + part.repeat(4)));
    assertEquals(Optional.of(third + "\r\n" + third + "\r\n" + third), ParsedMailTest.text(mail));
    assertEquals(1, mail.attachments().size());
    assertTrue(
        mail.defects().contains(new Defect(Defect.Kind.LONG_TEXT, "more than 4194304 bytes")));
  }

  @Test
  void aGuessNeedsNotTheWhole() {
    Random chance = new Random(8);
    List<String> charsets = List.of("UTF-8", "windows-31j", "EUC-JP", "ISO-2022-JP", "ISO-8859-1");
    for (int round = 0; round < 2_000; round++) {
      Charset charset = Charset.forName(charsets.get(round % charsets.size()));
      byte[] bytes = "見積もりをお願い é カナ 御中".getBytes(charset);
      for (int i = chance.nextInt(3); i > 0; i--) {
        bytes[chance.nextInt(bytes.length)] = (byte) chance.nextInt(256);
      }
      Guess guess = new Guess();
      byte[] block = new byte[bytes.length];
      ByteArrayInputStream in = new ByteArrayInputStream(bytes);
      for (int count = 0; count >= 0; count = in.read(block, 0, 1 + chance.nextInt(5))) {
        guess.see(block, count);
      }
      assertEquals(answers(Guess.of(bytes)), answers(guess));
      assertEquals(Arrays.equals(bytes, new String(bytes, UTF_8).getBytes(UTF_8)), guess.isUtf8());
    }
  }

  private static List<Boolean> answers(Guess guess) {
    return List.of(
        guess.hasHighByte(),
        guess.hasJisEscape(),
        guess.hasJis0212Escape(),
        guess.isUtf8(),
        guess.isNeverUtf8(),
        guess.isShiftJis(),
        guess.isEucJp());
  }

  @Test
  void isTheSameReadInAnyPieces() throws IOException {
    ParsedMail mail = parse("text/plain; charset=utf-8", "😀é\0".repeat(9_000).getBytes(UTF_8));
    String whole = ParsedMailTest.text(mail).orElseThrow();
    Random chance = new Random(3);
    StringBuilder again = new StringBuilder();
    char[] block = new char[100];
    try (Reader reader = mail.text().orElseThrow().open()) {
      int count = 0;
      while (count >= 0) {
        again.append(block, 0, count);
        count = reader.read(block, 0, 1 + chance.nextInt(99));
      }
    }
    assertArrayEquals(whole.toCharArray(), again.toString().toCharArray());
  }
}
