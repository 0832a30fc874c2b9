package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecodingTest {
  private static String decode(TransferEncoding encoding, String encoded) throws IOException {
    try (InputStream in = open(encoding, encoded.getBytes(ISO_8859_1))) {
      return new String(in.readAllBytes(), ISO_8859_1);
    }
  }

  private static InputStream open(TransferEncoding encoding, byte[] encoded) {
    return Decoding.of(encoding, new ByteArrayInputStream(encoded));
  }

  @ParameterizedTest
  @CsvSource({"BASE64,base64", "QUOTED_PRINTABLE,quoted-printable", "UUENCODE,uuencode"})
  void undoesWhatAnIndependentEncoderDid(TransferEncoding encoding, String name) throws Exception {
    Random chance = new Random(11);
    for (int round = 0; round < 200; round++) {
      byte[] content = new byte[chance.nextInt(round < 190 ? 400 : 60_000)];
      chance.nextBytes(content);
      if (encoding == TransferEncoding.QUOTED_PRINTABLE) {
        // That encoder takes its input for text, and makes CR LF of whatever may end a line.
        for (int i = 0; i < content.length; i++) {
          content[i] = content[i] == '\r' || content[i] == '\n' ? (byte) 'x' : content[i];
        }
      }
      ByteArrayOutputStream encoded = new ByteArrayOutputStream();
      try (OutputStream out = MimeUtility.encode(encoded, name)) {
        out.write(content);
      }
      InputStream in = open(encoding, encoded.toByteArray());
      assertArrayEquals(content, in.readAllBytes());
      assertFalse(((Decoding) in).damaged());
    }
  }

  @Test
  void base64PassesOverWhatIsNotOfTheAlphabet() throws IOException {
    assertEquals("hello", decode(TransferEncoding.BASE64, "aG*Vs\r\n bG\u00e9 8="));
    assertEquals("hello", decode(TransferEncoding.BASE64, "aGVsbG8"));
    assertEquals("aabb", decode(TransferEncoding.BASE64, "YWE=\r\nYmI=\r\n"));
    assertEquals("", decode(TransferEncoding.BASE64, "====\r\n"));
    InputStream broken = open(TransferEncoding.BASE64, "a*".getBytes(ISO_8859_1));
    assertEquals(0, broken.readAllBytes().length);
    assertTrue(((Decoding) broken).damaged());
  }

  @Test
  void quotedPrintableKeepsWhatItCannotDecode() throws IOException {
    TransferEncoding quoted = TransferEncoding.QUOTED_PRINTABLE;
    assertEquals("a=ZZb", decode(quoted, "a=ZZb"));
    assertEquals("a=4", decode(quoted, "a=4"));
    assertEquals("a=4g", decode(quoted, "a=4g"));
    assertEquals("a", decode(quoted, "a="));
    assertEquals("\u00e9\u00e9", decode(quoted, "=E9=e9"));
    assertEquals("ab", decode(quoted, "a= \t\r\nb"));
    assertEquals("ab", decode(quoted, "a=\nb"));
    assertEquals("a= b", decode(quoted, "a= b"));
    assertEquals("a\r\nb c\r\n", decode(quoted, "a \t \r\nb c\r\n"));
    assertEquals("a=", decode(quoted, "a=3D="));
    assertEquals(" ".repeat(3000) + "x", decode(quoted, " ".repeat(3000) + "x"));
    assertEquals("=" + " ".repeat(3000) + "x", decode(quoted, "=" + " ".repeat(3000) + "x"));
  }

  @Test
  void uuencodeNeedsNeitherItsFirstLineNorItsLast() throws IOException {
    assertEquals("Cat", decode(TransferEncoding.UUENCODE, "begin 644 cat.txt\n#0V%T\n`\nend\n"));
    assertEquals("Cat", decode(TransferEncoding.UUENCODE, "#0V%T"));
    assertEquals("Cat", decode(TransferEncoding.UUENCODE, "#0V%T\nend\nmore text\n"));
  }

  @Test
  void takesAnyBytes() throws IOException {
    Random chance = new Random(3);
    byte[] bytes = new byte[40_000];
    String likely = "=\r\n \t0aA+/_-beginend ";
    for (int round = 0; round < 60; round++) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] =
            (byte)
                (round % 2 == 0
                    ? chance.nextInt(256)
                    : likely.charAt(chance.nextInt(likely.length())));
      }
      for (TransferEncoding encoding : TransferEncoding.values()) {
        long size = open(encoding, bytes).transferTo(OutputStream.nullOutputStream());
        assertTrue(size <= bytes.length, encoding + " makes more of it");
      }
    }
  }

  @Test
  void readsByteByByteAsInBlocks() throws IOException {
    byte[] encoded = "aGVsbG8gd29ybGQ=".getBytes(ISO_8859_1);
    InputStream in = open(TransferEncoding.BASE64, encoded);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      out.write(b);
    }
    assertEquals("hello world", out.toString(ISO_8859_1));
  }
}
