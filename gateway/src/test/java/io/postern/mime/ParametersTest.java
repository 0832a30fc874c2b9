package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ParametersTest {
  private static Map<String, String> named(String raw) {
    return Parameters.read(raw).named();
  }

  @Test
  void readsTheCleanAndTheSlovenly() {
    assertEquals("text/plain", Parameters.read("text/plain (a; comment) ; charset=x").value());
    assertEquals(Map.of("charset", "utf-8"), named("text/plain; Charset=\"utf-8\""));
    assertEquals(Map.of("charset", "utf-8"), named("text/plain;;; charset = utf-8 ; ; x"));
    assertEquals(
        Map.of("filename", "My File (1).pdf"), named("attachment; filename=My File (1).pdf"));
    assertEquals(Map.of("filename", "a\"b\\c"), named("attachment; filename=\"a\\\"b\\\\c\""));
    assertEquals(Map.of("filename", "C:\\dir\\a.txt"), named("a; filename=\"C:\\dir\\a.txt\""));
    assertEquals(Map.of("filename", "open;x=1"), named("a; filename=\"open;x=1"));
    assertEquals(Map.of("a", "1"), named("x; a=1; a=2"));
    assertEquals(Map.of(), named(""));
    assertEquals(Map.of("a", ""), named("; a="));
  }

  @Test
  void joinsPiecesBeforeItDecodesThem() {
    // The cut lies within the two bytes of a kanji, and within an escape sequence.
    assertEquals(
        Map.of("filename", "見積書.pdf"),
        named(
            "attachment; filename*0*=iso-2022-jp''%1B$B8%2B@;"
                + " filename*1*=Q=q%1B; filename*2*=(B.pdf"));
    assertEquals(
        Map.of("filename", "あ.txt"),
        named("attachment; filename*1*=%82; filename*0*=utf-8'ja'%E3%81; filename*2=.txt"));
    assertEquals(Map.of("filename", "€ rates"), named("a; filename*=UTF-8''%e2%82%ac%20rates"));
    assertEquals(Map.of("filename", "one two"), named("a; filename*0=\"one \"; filename*1=two"));
  }

  @Test
  void prefersTheEncodedNameAndBearsABrokenOne() {
    assertEquals(Map.of("filename", "é"), named("a; filename=e; filename*=utf-8''%C3%A9"));
    assertEquals(Map.of("filename", "%zz%4"), named("a; filename*=utf-8''%zz%4"));
    assertEquals(Map.of("filename", "plain"), named("a; filename*=plain"));
    assertEquals(Map.of(), named("a; filename*x*=1; filename*99999=2"));
  }

  @Test
  void isLinearInHostileText() {
    for (String bit : new String[] {"a;", "(", "\"", ";a=\"", ";a*0=x", ";a*=", "=", ";%d*%<d=1"}) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; text.length() < 200_000; i++) {
        text.append(bit.contains("%") ? bit.formatted(i) : bit);
      }
      Cpu.bounded(bit, () -> Parameters.read(text.toString()));
    }
  }
}
