package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderTapTest {
  private static HeaderTap tap(String text, int block) {
    HeaderTap tap = new HeaderTap();
    byte[] bytes = text.getBytes(ISO_8859_1);
    for (int at = 0; at < bytes.length; at += block) {
      tap.accept(bytes, at, Math.min(block, bytes.length - at));
    }
    return tap;
  }

  @Test
  void findsTheBlankLineHoweverTheBlocksAreCut() {
    for (String end : List.of("\r\n", "\n", "\r", "\r\r\n")) {
      String text = "A: 1\n b\nB: 2\n\nC: 3\n\nbody\n".replace("\n", end);
      for (int block = 1; block < 30; block++) {
        HeaderTap tap = tap(text, block);
        assertTrue(tap.complete());
        assertFalse(tap.tooLong());
        assertEquals(
            List.of(new Header("A", "1 b", "1 b"), new Header("B", "2", "2")), tap.headers().all());
      }
    }
  }

  @Test
  void agreesWithTheReaderOnWhereTheSectionEnds() {
    Random chance = new Random(5);
    String[] bits = {"\r", "\n", "\r\n", "A: 1", " x", "B:2", "-"};
    for (int round = 0; round < 5000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 12; i++) {
        text.append(bits[chance.nextInt(bits.length)]);
      }
      text.append("\r\n\r\n...");
      byte[] bytes = text.toString().getBytes(ISO_8859_1);
      HeaderTap tap = tap(text.toString(), 1 + chance.nextInt(5));
      assertTrue(tap.complete());
      assertEquals(Headers.read(bytes, bytes.length).all(), tap.headers().all());
    }
  }

  @Test
  void givesTheFirstFieldsOfAMessageThatIsAllHeader() {
    HeaderTap tap = tap("A: 1\r\nB: 2", 4);
    assertFalse(tap.complete());
    assertFalse(tap.tooLong());
    assertEquals(2, tap.headers().all().size());
  }

  @Test
  void givesUpOnTooManyBytesOrFields() {
    assertTrue(tap("A: " + "x".repeat(Headers.BYTES_MAX), 8192).tooLong());
    assertTrue(tap("A: 1\r\n".repeat(Headers.FIELDS_MAX + 1), 8192).tooLong());
    HeaderTap most = tap("A: 1\r\n".repeat(Headers.FIELDS_MAX) + "\r\n", 8192);
    assertFalse(most.tooLong());
    assertEquals(Headers.FIELDS_MAX, most.headers().all().size());
    String longest = "A: " + "x".repeat(Headers.BYTES_MAX - 7) + "\r\n\r\n";
    assertTrue(tap(longest + "body", 8192).complete());
  }

  @Test
  void takesBodiesOfAnySizeForNothing() {
    HeaderTap tap = tap("A: 1\r\n\r\n", 100);
    byte[] block = new byte[65_536];
    for (int i = 0; i < 1000; i++) {
      tap.accept(block, 0, block.length);
    }
    assertFalse(tap.tooLong());
    assertEquals(1, tap.headers().all().size());
  }

  @Test
  void holdsTheSectionAndLittleMore() {
    HeaderTap tap = tap("Subject: x\r\n".repeat(400) + "\r\n" + "body\r\n".repeat(10_000), 8192);
    assertTrue(tap.held() >= 4_802 && tap.held() <= 12_000, tap.held() + " bytes");
  }
}
