package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FileNamesTest {
  private static String of(String raw) {
    return FileNames.of(raw, 3, "application/pdf");
  }

  @Test
  void keepsGoodNames() {
    assertEquals("list.csv", of("list.csv"));
    assertEquals("御見積書 2026年版.pdf", of("御見積書 2026年版.pdf"));
    assertEquals("見積書.pdf", of("=?iso-2022-jp?B?GyRCOCtA?= =?iso-2022-jp?B?UT1xGyhC?=.pdf"));
    assertEquals(".profile", of(".profile"));
    assertEquals("a\"b.txt", of("a\"b.txt"));
  }

  @Test
  void takesPathsOff() {
    assertEquals("passwd", of("../../etc/passwd"));
    assertEquals("a.txt", of("C:\\dir\\a.txt"));
    assertEquals("x", of("=?utf-8?Q?..=2F..=2Fx?="));
  }

  @Test
  void namesWhatHasNoUsableName() {
    for (String bad :
        new String[] {
          "", " ", ".", "..", "/", "a/", "a/..", "\\", "\0", "\u3000", "\u200b", "\u202e", "...",
          "\r\n"
        }) {
      assertEquals("attachment-3.pdf", of(bad));
    }
    assertEquals("attachment-1.bin", FileNames.of("", 1, "x/y"));
  }

  @Test
  void takesOffWhatMisleads() {
    assertEquals("invoicefdp.exe", of("invoice\u202efdp.exe"));
    assertEquals("ab.txt", of("a\r\n\0b.txt"));
  }

  @Test
  void cutsLongNamesBetweenCharactersAndKeepsTheExtension() {
    for (String letter : new String[] {"x", "é", "あ", "😀"}) {
      String name = of(letter.repeat(400) + ".pdf");
      assertTrue(name.endsWith(letter + ".pdf"), name);
      int bytes = name.getBytes(UTF_8).length;
      assertTrue(bytes <= 255 && bytes > 250, name);
    }
  }

  @Test
  void namesMessagesByTheirSubject() {
    assertEquals("Re: order 1_2.eml", FileNames.ofMessage("Re: order 1/2"));
    assertEquals("message.eml", FileNames.ofMessage(""));
    assertEquals("message.eml", FileNames.ofMessage(" .. "));
  }
}
