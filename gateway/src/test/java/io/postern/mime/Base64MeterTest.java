package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is measured must be what comes out.
class Base64MeterTest {
  private static void assertMeasured(byte[] encoded, int block) throws IOException {
    Base64Meter meter = new Base64Meter();
    for (int at = 0; at < encoded.length; at += block) {
      meter.see(encoded, at, Math.min(encoded.length, at + block));
    }
    meter.end();
    Base64Decoding decoding = new Base64Decoding(new ByteArrayInputStream(encoded));
    String shown = new String(encoded, ISO_8859_1);
    assertEquals(decoding.readAllBytes().length, meter.size(), shown);
    assertEquals(decoding.damaged(), meter.isDamaged(), shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "QUJD",
        "QUI=",
        "QQ==",
        "QUI",
        "QQ",
        "Q",
        "Q===",
        "====",
        "QQ==QUI=",
        "QUJD\r\nQUJD",
        "Q U\tJ\rD",
        "QU*JD",
        "QUJD--",
        "QUJDQ\r\n",
        "=QUJD",
        "Q=UJD",
        "QUJD\u00ff",
        "QUJD\0"
      })
  void measuresWhatIsDecoded(String encoded) throws IOException {
    for (int block = 1; block <= 5; block++) {
      assertMeasured(encoded.getBytes(ISO_8859_1), block);
    }
  }

  @Test
  void measuresWhateverIsDecoded() throws IOException {
    Random chance = new Random(1);
    String alphabet = "ABab01+/ABab01+/= \n*\u00e9";
    for (int i = 0; i < 2000; i++) {
      byte[] encoded = new byte[chance.nextInt(40)];
      for (int at = 0; at < encoded.length; at++) {
        encoded[at] = (byte) alphabet.charAt(chance.nextInt(alphabet.length()));
      }
      assertMeasured(encoded, 1 + chance.nextInt(9));
    }
  }

  @Test
  void sparesDecodingAFileToKnowItsLength() throws IOException {
    byte[] content = new byte[100_000];
    new Random(2).nextBytes(content);
    Letters mail = new Letters().line("Content-Type: image/png\n");
    mail.line("Content-Transfer-Encoding: base64\n\n").base64(content);
    PartScanner.Found found = PartScanner.scan(Source.of(mail.message()));
    assertEquals(content.length, found.leaves().getFirst().size());
  }
}
