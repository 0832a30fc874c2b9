package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextEncodingTest {
  private static final char ESC = '\u001b';

  private static TextEncoding encoding(String name) {
    return Objects.requireNonNull(CharsetNames.known(CharsetNames.plain(name)));
  }

  private static String read(String name, String latin) {
    return encoding(name).read(latin.getBytes(ISO_8859_1));
  }

  private static String guessed(String charset, String text) {
    return CharsetNames.word(
        Charsets.choose("", Guess.of(text.getBytes(Charset.forName(charset)))).encoding());
  }

  @Test
  void readsHz() {
    assertEquals("你好~ world\r\n您好", read("hz", "~{Dc:C~}~~ world\r\n~{Dz:C~}"));
    assertEquals("line continued", read("hz-gb-2312", "line ~\ncontinued"));
    assertEquals("~x ~", read("hz", "~x ~"));
    assertEquals("你\r\nplain", read("hz", "~{Dc\r\nplain"));
  }

  @Test
  void readsUtf7() {
    assertEquals("A≢Α.", read("utf-7", "A+ImIDkQ."));
    assertEquals("1 + 1 – 日本語-", read("utf-7", "1 +- 1 +IBM- +ZeVnLIqe--"));
    assertEquals("😀!", read("UTF-7", "+2D3eAA!"));
    assertEquals("\uFFFDa\uFFFD\uFFFD", read("utf-7", "+2D0-a+3gDYPQ-"));
    assertEquals("a", read("utf-7", "a+"));
  }

  @Test
  void mendsBrokenJis() {
    assertEquals("ｱあｲ", read("iso-2022-jp", "\u00b1" + ESC + "$B$\"" + ESC + "(B\u00b2"));
    assertEquals("あ\r\nx\nあ", read("iso-2022-jp", ESC + "$B$\"\r\nx\n" + ESC + "$B$\""));
    assertEquals("あｱ", read("iso-2022-jp", ESC + "$B$\"" + ESC + "(I1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iso-2022-jp", "hz", "utf-7", "utf-8", "shift_jis"})
  void readsAnyBytesInAnyPiecesToTheSame(String name) throws IOException {
    Random chance = new Random(7);
    String alphabet = "\u001b$B(IJ@D~{}\n\r+-A1\u00b1\u00c3";
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[chance.nextInt(200)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) alphabet.charAt(chance.nextInt(alphabet.length()));
      }
      String whole = encoding(name).read(bytes);
      try (Reader reader = encoding(name).open(trickling(bytes))) {
        assertEquals(whole, reader.readAllAsString());
      }
      assertTrue(UTF_8.newEncoder().canEncode(whole), name);
    }
  }

  /// One byte at a time.
  private static InputStream trickling(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(length, 1));
      }
    };
  }

  @ParameterizedTest
  @CsvSource({
    "'UTF-8', utf-8",
    "\"utf-8;\", utf-8",
    "cp-1251, windows-1251",
    "WIN1250, windows-1250",
    "Shift-JIS, shift_jis",
    "windows-31j, shift_jis",
    "_iso-2022-jp$ESC, iso-2022-jp",
    "gb-2312, gb18030",
    "ks_c_5601-1987, euc-kr",
    "latin-1, windows-1252"
  })
  void knowsTheNamesThatSendersUse(String name, String known) {
    assertEquals(known, CharsetNames.word(encoding(name)));
  }

  @ParameterizedTest
  @CsvSource({
    "GB18030, 您好，关于我们上次讨论的报价单，请您尽快确认。, gb18030",
    "Big5, 您好，關於我們上次討論的報價單，請您儘快確認。, big5",
    "EUC-KR, 안녕하세요 지난번에 말씀드린 견적서를 보내 드립니다., euc-kr",
    "windows-1251, Привет как дела, windows-1251",
    "KOI8-R, Привет как дела, koi8-u",
    "windows-31j, 至急：見積書の件, shift_jis",
    "EUC-JP, よろしくお願いします, euc-jp",
    "windows-1252, Grüße aus Köln und façade, windows-1252",
    "windows-1252, Grüße, windows-1252",
    "windows-1252, ÄÖÜ, windows-1252",
    "windows-1252, déjà vu à l’été, windows-1252",
    "windows-1252, Año Nuevo ¿qué?, windows-1252"
  })
  void guessesByTheLookOfBytes(String charset, String text, String wanted) {
    assertEquals(wanted, guessed(charset, text));
  }

  @Test
  void believesBytesMoreThanAFalseName() {
    byte[] utf8 = "Grüße aus Köln".getBytes(UTF_8);
    assertEquals("Grüße aus Köln", Charsets.decode(utf8, "iso-8859-1").text());
    byte[] few = "é".getBytes(UTF_8);
    assertEquals("Ã©", Charsets.decode(few, "iso-8859-1").text());
    byte[] japanese = "お世話になります".getBytes(UTF_8);
    assertEquals("お世話になります", Charsets.decode(japanese, "gbk").text());
    byte[] jis = "お世話".getBytes(Charset.forName("ISO-2022-JP"));
    assertEquals("お世話", Charsets.decode(jis, "utf-8").text());
    assertEquals("お世話", Charsets.decode(jis, "shift_jis").text());
  }

  @Test
  void htmlMayNameItsCharset() {
    assertEquals("windows-1251", html("<head><META charset=\"windows-1251\">"));
    String equiv = "<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>";
    assertEquals("koi8-r", html(equiv));
    assertEquals("utf-8", html("<meta charset=UTF-16LE>"));
    assertEquals("", html("<p>charset=utf-8</p>"));
    assertEquals("", html(" ".repeat(1024) + equiv));
  }

  private static String html(String text) {
    return HtmlCharset.of(text.getBytes(US_ASCII));
  }
}
