package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlTextTest {
  private static String text(String html) throws IOException {
    try (Reader reader = HtmlText.of(MailText.of(html)).open()) {
      return reader.readAllAsString().replace("\r\n", "\n");
    }
  }

  @Test
  void putsParagraphsAndRowsOnLines() throws IOException {
    assertEquals(
        "Hello Ann,\n\ntwo boxes,\nplease.\n\nBob",
        text("<p>Hello <b>Ann</b>,</p>\n<p>two boxes,<br>\n please.</P><div>\n</div><div>Bob"));
    assertEquals(
        "x\n\nbox 2\nlid 3\n\ny",
        text("x<table><tr><td>box</td><td>2</td></tr><tr><td>lid<td>3</table>y"));
    assertEquals("* one\n* two", text("<ul>\n<li>one</li>\n<li> two\n</ul>"));
    assertEquals("a\n\nb", text("a<br><br/><BR />b"));
    assertEquals("a b\nc", text("<div><div>a\n\n b</div><div></div><div>c</div></div>"));
    assertEquals("a\n  b\n\nc d", text("<pre>a\r\n  b\n</pre>c\n d"));
  }

  @Test
  void leavesOutWhatIsNoText() throws IOException {
    assertEquals(
        "x y",
        text(
            "<!DOCTYPE html><head><title>no</title><style type='a>b'>p>a{}</style"
                + " ></head><body><script>if (a</b) '<' </scr</script>x<!-- <p>no -- --> <a"
                + " href='>'>y</a>"));
    assertEquals("a b", text("<!--[if !mso]><!-->a<!--<![endif]--> <![if x]>b<![endif]>"));
    assertEquals("ab", text("a<!-->b"));
    assertEquals("ab", text("a<!--->b"));
    assertEquals("a", text("a<p class=\"<no>"));
    assertEquals("a", text("a<!-- no"));
    assertEquals("a", text("a<style>no</styl>no"));
    assertEquals("", text("<img alt=x> \n <p></p>"));
  }

  @Test
  void tellsTagsByTheirWholeNames() throws IOException {
    for (String line : "address blockquote FIGCAPTION fieldset h1 H6 Tbody".split(" ", -1)) {
      String lined = text("a<" + line + ">b</" + line + ">c").replaceAll("\n+", "|");
      assertEquals("a|b|c", lined, line);
    }
    for (String other :
        "b blockquote2 blockquotes h7 h11 figcaptions p-x p: o:p pp é".split(" ", -1)) {
      assertEquals(
          "abc", text("a<" + other + ">b</" + other + ">c").replaceAll("<.?é>", ""), other);
    }
    assertEquals("ab", text("a<style><b></style>b<script></script>"));
  }

  @Test
  void decodesEntities() throws IOException {
    assertEquals("a<b>&\"'é–€", text("a&lt;b&gt;&amp;&quot;&apos;&eacute;&ndash;&euro;"));
    assertEquals("😀é\u201c\uFFFD\uFFFD", text("&#128512;&#xE9;&#x93;&#xD800;&#0;"));
    assertEquals("a b", text("a&nbsp;&nbsp; b&nbsp;"));
    assertEquals("é;x", text("&eacute;;&#120"));
    assertEquals(
        "AT&T & &nothing; &#x; &#99999999;&",
        text("AT&T & &nothing; &#x; &#99999999;&").replace("\uFFFD", "&#99999999;"));
    assertEquals("a < b <3 <", text("a < b <3 <"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<",
        "&",
        "<!",
        "<!-",
        "<!--",
        "<a ",
        "<a '",
        "<script>",
        "<script></script",
        "&#",
        "<p>",
        "<li>",
        "</",
        "<pre>\n",
        "<br>x",
        "<style><",
        "&nbsp;x",
        "<td>"
      })
  void readsAnyTextInAnyPiecesToTheSameInLinearTime(String piece) throws IOException {
    String html = "x" + piece.repeat(200_000) + "y";
    String whole = Cpu.bounded(piece, () -> text(html));
    assertTrue(whole.length() <= html.length() * 2 + 2);
    StringBuilder pieces = new StringBuilder();
    Random chance = new Random(3);
    String start = html.substring(0, 5000);
    try (Reader reader = new HtmlTextReader(new StringReader(start))) {
      char[] block = new char[7];
      int count = 0;
      while (count >= 0) {
        pieces.append(block, 0, count);
        count = reader.read(block, 0, 1 + chance.nextInt(block.length));
      }
    }
    assertEquals(text(start), pieces.toString().replace("\r\n", "\n"));
  }
}
