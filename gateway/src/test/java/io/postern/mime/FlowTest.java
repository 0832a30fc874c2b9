package io.postern.mime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// RFC 3676.
class FlowTest {
  private static String flowed(String text) {
    return Flow.FLOWED.apply(text);
  }

  @Test
  void putsEachParagraphOnOneLine() {
    assertEquals("a b c\r\nd\r\n", flowed("a \r\nb \r\nc\r\nd\r\n"));
    assertEquals("a b\nc", flowed("a \nb\nc"));
    assertEquals("\n\na\n", flowed("\n\na\n"));
    assertEquals("", flowed(""));
    assertEquals("a  b\n", flowed("a  \nb\n"));
  }

  @Test
  void deletesTheSpaceWhereThatIsAskedFor() {
    String text = "お世話に \r\nなって \r\nおります。\r\n";
    assertEquals("お世話になっております。\r\n", Flow.FLOWED_DELETING_SPACE.apply(text));
  }

  @Test
  void joinsQuotedLinesOfOneDepthOnly() {
    assertEquals("> a b\n>> c\nd\n", flowed("> a \n> b \n>> c \nd\n"));
    assertEquals("> a\n>\n> b\n", flowed(">a\n>\n>b\n"));
  }

  @Test
  void takesStuffedSpacesAway() {
    assertEquals("> not quoted\nFrom here\n x\n", flowed(" > not quoted\n From here\n  x\n"));
  }

  @Test
  void neverFlowsTheSignatureDelimiter() {
    assertEquals("a\n-- \nAnn\n", flowed("a \n-- \nAnn\n"));
    assertEquals("> -- \n> Ann", flowed("> -- \n> Ann"));
    assertEquals("--\n- x", flowed("--\n- \nx"));
  }

  @Test
  void readsAnyTextInAnyPiecesToTheSame() throws IOException {
    String piece = ">> x \r\n> y \r-- \n -\n\r\r\n--  \n> > z \n";
    String text = piece.repeat(2000);
    String whole = flowed(text);
    StringBuilder pieces = new StringBuilder();
    try (Reader reader = Flow.FLOWED.open(new StringReader(text))) {
      char[] block = new char[7];
      for (int count = reader.read(block); count >= 0; count = reader.read(block)) {
        pieces.append(block, 0, count);
      }
    }
    assertEquals(whole, pieces.toString());
  }

  @Test
  void isToldByTheContentType() {
    assertEquals(Flow.FIXED, of("text/plain"));
    assertEquals(Flow.FLOWED, of("text/plain; Format=Flowed"));
    assertEquals(Flow.FLOWED, of("text/plain; format=flowed; delsp=no"));
    assertEquals(Flow.FLOWED_DELETING_SPACE, of("text/plain; format=\"flowed\"; DelSp=YES"));
    assertEquals(Flow.FIXED, of("text/html; format=flowed"));
  }

  private static Flow of(String type) {
    byte[] header = ("Content-Type: " + type).getBytes(US_ASCII);
    return Flow.of(ContentType.of(Headers.read(header, header.length), ContentType.PLAIN));
  }

  @Test
  void longTextsFlowAsShortOnes() throws IOException {
    String head = "Content-Type: text/plain; format=flowed\n\n";
    String paragraph = "a line that goes on \nand on \nand ends.\n";
    int times = MailText.SHORT_MAX / paragraph.length() + 2;
    Optional<String> text =
        ParsedMailTest.text(ParsedMail.parse(Letters.of(head + paragraph.repeat(times))));
    assertEquals(Optional.of("a line that goes on and on and ends.\r\n".repeat(times)), text);
    assertEquals(
        Optional.of("a line that goes on and on and ends.\r\n"),
        ParsedMailTest.text(ParsedMail.parse(Letters.of(head + paragraph))));
  }
}
