package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The scanner against an oracle made of whole-text searches, which can't share its mistakes.
final class DotScannerTest {
  private static final char[] ALPHABET = {'\r', '\n', '.', 'a', '\0'};
  private static final Pattern BARE_CR = Pattern.compile("\r(?!\n)");
  private static final Pattern DOT_LINE = Pattern.compile("(?<!\r)\n\\.\r?\n|\n\\.\n");

  @Test
  void agreesWithTheOracleOnEveryShortText() {
    for (int length = 0; length <= 8; length++) {
      int count = (int) Math.pow(ALPHABET.length, length);
      for (int n = 0; n < count; n++) {
        StringBuilder text = new StringBuilder();
        for (int i = 0, rest = n; i < length; i++, rest /= ALPHABET.length) {
          text.append(ALPHABET[rest % ALPHABET.length]);
        }
        check(text.toString(), new int[0]);
      }
    }
  }

  @Test
  void agreesWithTheOracleWhereverBlocksEnd() {
    Random random = new Random(42);
    String[] pieces = {
      "\r\n",
      "\r\n.\r\n",
      "\n",
      "\r",
      ".",
      "\0",
      "word ",
      "\r\n..",
      "\r\n.",
      "\n.\r\n",
      "\t",
      "a long line of plain text that the fast loop passes over",
      "\u0085.\u0085"
    };
    for (int n = 0; n < 50_000; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      int[] splits = random.ints(4, 0, text.length() + 1).sorted().toArray();
      check(text.toString(), splits);
    }
  }

  @Test
  void findsTheEndWhenEveryByteComesAlone() {
    String text = "..one\r\n..\r\n.x\r\n\r\n.\r\nNOOP";
    int[] splits = new int[text.length()];
    for (int i = 0; i < splits.length; i++) {
      splits[i] = i;
    }
    check(text, splits);
  }

  @Test
  void refusesALineWithoutEnd() {
    DotScanner scanner = new DotScanner();
    byte[] block = "x".repeat(4096).getBytes(StandardCharsets.US_ASCII);
    for (int bytes = 0; bytes <= DotScanner.LINE_MAX - block.length; bytes += block.length) {
      scanner.scan(block.clone(), 0, block.length);
    }
    assertEquals(DotScanner.Defect.NONE, scanner.defect());
    byte[] rest = "x\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);
    scanner.scan(rest, 0, rest.length);
    assertEquals(DotScanner.Defect.LONG_LINE, scanner.defect());
    assertTrue(scanner.ended());
  }

  @Test
  void countsEachLineAnew() {
    DotScanner scanner = new DotScanner();
    String line = "x".repeat(998) + "\r\n";
    for (int i = 0; i < 3000; i++) {
      byte[] block = line.getBytes(StandardCharsets.US_ASCII);
      scanner.scan(block, 0, block.length);
    }
    assertEquals(DotScanner.Defect.NONE, scanner.defect());
  }

  private static void check(String data, int[] splits) {
    String framed = "\r\n" + data;
    int dot = framed.indexOf("\r\n.\r\n");
    String raw = dot < 0 ? data : framed.substring(2, Math.max(2, dot + 2));
    boolean fit =
        !BARE_CR.matcher(raw).find()
            && raw.indexOf('\0') < 0
            && !DOT_LINE.matcher("\r\n" + raw).find();
    String shown = data.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");

    DotScanner scanner = new DotScanner();
    StringBuilder content = new StringBuilder();
    byte[] bytes = data.getBytes(StandardCharsets.ISO_8859_1);
    int from = 0;
    for (int i = 0; i <= splits.length && !scanner.ended(); i++) {
      int to = i == splits.length ? bytes.length : splits[i];
      int kept = scanner.scan(bytes, from, to);
      content.append(new String(bytes, from, kept, StandardCharsets.ISO_8859_1));
      from = scanner.next();
    }
    assertEquals(dot >= 0, scanner.ended(), shown);
    if (dot >= 0) {
      assertEquals(dot + 3, from, "end of " + shown);
      assertEquals(fit, scanner.defect() == DotScanner.Defect.NONE, "fit: " + shown);
      if (fit) {
        String unstuffed = ("\r\n" + raw).replace("\r\n.", "\r\n").substring(2);
        assertEquals(unstuffed, content.toString(), "content of " + shown);
      }
    } else {
      assertFalse(scanner.ended());
      assertEquals(bytes.length, from);
    }
  }
}
