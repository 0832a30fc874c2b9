package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
  private static final Pattern COUNTED_DOT_LINE =
      Pattern.compile("(?<!\r)\n\\.(\r?\n|\\z)|\n\\.\n");
  private static final Pattern ANY_LINE_END = Pattern.compile("\r\n|\r|\n");

  @Test
  void agreesWithTheOracleOnEveryShortText() {
    for (int length = 0; length <= 7; length++) {
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
    DotScanner scanner = new DotScanner(DotScanner.Framing.DOT, BareLineEnds.REFUSE);
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
    assertEquals(DotScanner.Defect.NONE, longText("\r\n", BareLineEnds.REFUSE));
    // A bare line end ends a line only where it is made one.
    assertEquals(DotScanner.Defect.LONG_LINE, longText("\n", BareLineEnds.REFUSE));
    for (String lineEnd : new String[] {"\r\n", "\n", "\r", "\r\r\n"}) {
      assertEquals(DotScanner.Defect.NONE, longText(lineEnd, BareLineEnds.NORMALISE));
    }
  }

  private static DotScanner.Defect longText(String lineEnd, BareLineEnds bareLineEnds) {
    DotScanner scanner = new DotScanner(DotScanner.Framing.DOT, bareLineEnds);
    byte[] line = ("x".repeat(998) + lineEnd).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 3000; i++) {
      scanner.scan(line.clone(), 0, line.length);
    }
    return scanner.defect();
  }

  private static void check(String data, int[] splits) {
    String framed = "\r\n" + data;
    int dot = framed.indexOf("\r\n.\r\n");
    String raw = dot < 0 ? data : framed.substring(2, Math.max(2, dot + 2));
    String unstuffed = ("\r\n" + raw).replace("\r\n.", "\r\n").substring(2);
    boolean framesWell = !BARE_CR.matcher(raw).find() && !DOT_LINE.matcher("\r\n" + raw).find();
    boolean countsWell =
        !BARE_CR.matcher(data).find() && !COUNTED_DOT_LINE.matcher("\r\n" + data).find();
    boolean nul = raw.indexOf('\0') >= 0;
    boolean countedNul = data.indexOf('\0') >= 0;

    Scan strict = Scan.of(data, splits, DotScanner.Framing.DOT, BareLineEnds.REFUSE);
    strict.assertEnd(dot < 0 ? -1 : dot + 3);
    Scan lenient = Scan.of(data, splits, DotScanner.Framing.DOT, BareLineEnds.NORMALISE);
    lenient.assertEnd(dot < 0 ? -1 : dot + 3);
    if (dot >= 0) {
      strict.assertContent(framesWell && !nul, unstuffed);
      lenient.assertContent(!nul, ANY_LINE_END.matcher(unstuffed).replaceAll("\r\n"));
    }
    Scan.of(data, splits, DotScanner.Framing.COUNT, BareLineEnds.REFUSE)
        .assertEnd(-1)
        .assertContent(countsWell && !countedNul, data);
    Scan.of(data, splits, DotScanner.Framing.COUNT, BareLineEnds.NORMALISE)
        .assertEnd(-1)
        .assertContent(!countedNul, ANY_LINE_END.matcher(data).replaceAll("\r\n"));
  }

  /// What the scanner, and the repair behind it, made of a text.
  ///
  /// @param end the index behind the end; -1 when there was none
  private record Scan(String shown, boolean fit, String content, int end) {
    static Scan of(
        String data, int[] splits, DotScanner.Framing framing, BareLineEnds bareLineEnds) {
      DotScanner scanner = new DotScanner(framing, bareLineEnds);
      LineEndRepair repair = new LineEndRepair();
      StringBuilder content = new StringBuilder();
      byte[] bytes = data.getBytes(StandardCharsets.ISO_8859_1);
      int from = 0;
      for (int i = 0; i <= splits.length && !scanner.ended(); i++) {
        int to = i == splits.length ? bytes.length : splits[i];
        int kept = scanner.scan(bytes, from, to);
        if (bareLineEnds == BareLineEnds.NORMALISE) {
          int repaired = repair.repair(bytes, from, kept);
          content.append(text(repair.repaired(), 0, repaired));
        } else {
          content.append(text(bytes, from, kept));
        }
        from = scanner.next();
      }
      boolean ended = scanner.ended();
      if (framing == DotScanner.Framing.COUNT) {
        scanner.end();
        int repaired = repair.end();
        content.append(text(repair.repaired(), 0, repaired));
      }
      String shown = data.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
      return new Scan(
          framing + ", " + bareLineEnds + ": " + shown,
          scanner.defect() == DotScanner.Defect.NONE,
          content.toString(),
          ended ? from : -1);
    }

    Scan assertEnd(int expected) {
      assertEquals(expected, end, "end of " + shown);
      return this;
    }

    void assertContent(boolean expectedFit, String expected) {
      assertEquals(expectedFit, fit, "fit: " + shown);
      if (fit) {
        assertEquals(expected, content, "content of " + shown);
      }
    }

    private static String text(byte[] bytes, int from, int length) {
      return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
  }
}
