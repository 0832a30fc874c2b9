package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CharsetsTest {
  private static String decode(String latin, String declared) {
    return Charsets.decode(latin.getBytes(ISO_8859_1), declared).text();
  }

  @Test
  void readsVendorCharactersOfJapaneseUnderThePlainNames() {
    // NEC row 13, the rows of NEC-selected IBM characters, half-width kana, and JIS X 0212.
    assertEquals("①㈱", decode("\u001b$B-!-j\u001b(B", "ISO-2022-JP"));
    assertEquals("髙﨑", decode("\u001b$B|byu\u001b(B", "iso-2022-jp"));
    assertEquals("ｱｲ", decode("\u001b(I12\u001b(B", "iso-2022-jp"));
    assertEquals("丂", decode("\u001b$(D0!\u001b(B", "iso-2022-jp"));
    assertEquals("①髙", decode("\u0087@\u00fb\u00fc", "Shift_JIS"));
    assertEquals("①あ", decode("\u00ad\u00a1\u00a4\u00a2", "euc-jp"));
  }

  @Test
  void readsJisEscapesWhateverIsDeclared() {
    String jis = "\u001b$B8+@Q=q\u001b(B";
    assertEquals("見積書", decode(jis, ""));
    assertEquals("見積書", decode(jis, "us-ascii"));
    assertEquals("見積書", decode(jis, "x-no-such-charset"));
  }

  @ParameterizedTest
  @CsvSource({
    "euc-kr, x-windows-949, 똠방각하",
    "ks_c_5601-1987, x-windows-949, 한국어",
    "gb2312, GBK, 镕基",
    "big5, Big5, 繁體中文",
    "koi8-r, KOI8-R, Привет",
    "windows-1251, windows-1251, Привет",
    "iso-8859-1, windows-1252, “€”",
    "'  \"utf-8\"', UTF-8, é",
    "tis-620, x-windows-874, ภาษาไทย",
    "UTF-16, UTF-16, Grüße"
  })
  void takesTheSupersetThatSendersMean(String declared, String charset, String text) {
    byte[] bytes = text.getBytes(Charset.forName(charset));
    assertEquals(text, Charsets.decode(bytes, declared.replace("\"", "")).text());
  }

  @Test
  void knowsTheOldNamesThatMailStillUses() {
    assertEquals("é", decode("\u008e", "macintosh"));
    assertEquals("Б", decode("\u0081", "x-mac-cyrillic"));
    assertEquals("€", decode("\u0080", "cp819"));
    assertEquals("镕基", decode("\u00e9F\u00bb\u00f9", "csGB2312"));
    assertEquals("한국어", decode("\u00c7\u00d1\u00b1\u00b9\u00be\u00ee", "ksc_5601"));
  }

  /// Sequences that switch charsets, and such as could give half a character.
  private static final String[] SEQUENCES = {
    "\u001b$B",
    "\u001b(B",
    "\u001b(I",
    "\u001b$(D",
    "\u001b$)A",
    "\u001b$)C",
    "\u001b$*H",
    "\u001b.A",
    "\u001bN",
    "\u000e",
    "\u000f",
    "\u008e\u00a2",
    "\0\0\u00d8\0",
    "\0\u00d8\0\0",
    "\u00d8\0",
    "\0\u00dc",
    "\u00ed\u00a0\u0080",
    "\u00836\u00c79",
    "+2AA-",
    "\0\0\u00fe\u00ff",
    "\u00ff\u00fe\0\0",
    "\u00fe\u00ff",
    "\u00ff\u00fe",
    "~{",
    "~}"
  };

  @Test
  void givesValidUnicodeInEveryCharset() throws IOException {
    Random chance = new Random(5);
    Set<String> names = new TreeSet<>(Set.of("utf-7", "hz", "iso-2022-jp"));
    for (Charset charset : Charset.availableCharsets().values()) {
      names.add(charset.name());
      names.addAll(charset.aliases());
    }
    for (String name : names) {
      for (int i = 0; i < 50; i++) {
        byte[] bytes = odd(chance);
        Charsets.Decoded decoded = Charsets.decode(bytes, name);
        assertTrue(UTF_8.newEncoder().canEncode(decoded.text()), name);
        try (Reader reader = decoded.encoding().open(new ByteArrayInputStream(bytes))) {
          assertTrue(UTF_8.newEncoder().canEncode(reader.readAllAsString()), name);
        }
      }
    }
  }

  private static byte[] odd(Random chance) {
    StringBuilder latin = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      latin.append(SEQUENCES[chance.nextInt(SEQUENCES.length)]);
      latin.append((char) chance.nextInt(256));
    }
    return latin.toString().getBytes(ISO_8859_1);
  }

  @Test
  void saysWhatWasWrong() {
    assertNull(Charsets.decode("é".getBytes(UTF_8), "utf-8").defect());
    assertEquals(
        new Defect(Defect.Kind.MISSING_CHARSET, "read as utf-8"),
        Charsets.decode("é".getBytes(UTF_8), "").defect());
    assertEquals(
        new Defect(Defect.Kind.UNKNOWN_CHARSET, "x-klingon"),
        Charsets.decode(new byte[] {65}, "X-Klingon").defect());
    assertEquals(
        new Defect(Defect.Kind.UNKNOWN_CHARSET, "(unprintable)"),
        Charsets.decode(new byte[0], "a\r\nb").defect());
    assertNotNull(Charsets.decode(new byte[] {(byte) 0xe9}, "utf-8").defect());
  }

  @Test
  void takesAFalseUtf8ForWhatItIs() {
    assertEquals("café", decode("caf\u00e9", "utf-8"));
    // Real UTF-8 with one damaged byte stays UTF-8.
    assertEquals("é\uFFFD", decode("\u00c3\u00a9\u00e9", "utf-8"));
  }

  @Test
  void readsAnyBytesUnderAnyName() {
    Random chance = new Random(1);
    byte[] bytes = new byte[50];
    for (String name : Charset.availableCharsets().keySet()) {
      for (int i = 0; i < 40; i++) {
        chance.nextBytes(bytes);
        if (i % 4 == 0) {
          System.arraycopy("\u001b$B".getBytes(ISO_8859_1), 0, bytes, chance.nextInt(40), 3);
        }
        String text = Charsets.decode(bytes, name).text();
        assertEquals(text, new String(text.getBytes(UTF_8), UTF_8), name);
      }
    }
  }

  @Test
  void looksUpUnknownNamesQuickly() {
    Cpu.bounded(
        "unknown names",
        () -> {
          for (int i = 0; i < 50_000; i++) {
            Charsets.decode(new byte[] {65}, "x-" + i);
          }
          return 0;
        });
  }
}
