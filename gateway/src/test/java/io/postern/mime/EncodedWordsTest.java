package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        // The examples of RFC 2047 §8.
        "(=?ISO-8859-1?Q?a?=), (a)",
        "(=?ISO-8859-1?Q?a?= b), (a b)",
        "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=), (ab)",
        "(=?ISO-8859-1?Q?a?=    =?ISO-8859-1?Q?b?=), (ab)",
        "(=?ISO-8859-1?Q?a_b?=), (a b)",
        "=?iso-8859-1*da?q?M=E6rsk?=, Mærsk",
        "=?utf-8?b?44GC44GE?= <a@example.com>, あい <a@example.com>",
        // A character cut in two, in one charset under two spellings, and in two encodings.
        "=?utf-8?B?44E=?= =?UTF-8?B?gg==?=, あ",
        "=?utf-8?B?44E=?= =?utf-8?Q?=82!?=, あ!",
        // An open group, missing padding, foreign characters, broken quoting, an open end, no such
        // encoding.
        "=?utf-8?B?44GC44GE4?=, あい",
        "=?utf-8?B?44G*C-?=, あ",
        "=?utf-8?Q?a=ZZ=4?=, a=ZZ=4",
        "=?utf-8?Q?abc, =?utf-8?Q?abc",
        "=?utf-8?X?abc?= =?, =?utf-8?X?abc?= =?",
        "=?utf-8?Q??=, \"\"",
        "=??Q?a?=, =??Q?a?=",
        // Spaces within a word are wrong, and meant.
        "=?utf-8?Q?Hello World=21?=, Hello World!",
        "=?no-such-charset?Q?caf=C3=A9?=, café",
        "=?x-unknown?Q?caf=E9?=, café",
        "a=?utf-8?Q?b?=c, abc",
        "\"=?utf-8?Q?=3D=3F?=\", =?"
      })
  void decodes(String raw, String wanted) {
    assertEquals(wanted, EncodedWords.decode(raw));
  }

  @Test
  void readsJapaneseCutWithinAnEscapeSequence() {
    // One subject, its 18 bytes cut after the first byte of a character: no word is whole by
    // itself.
    String raw = "=?ISO-2022-JP?B?GyRCOCtA?= =?iso-2022-jp?B?UT1xGyhC?=";
    assertEquals("見積書", EncodedWords.decode(raw));
    assertEquals(
        "見積書", EncodedWords.decode("=?iso-2022-jp?B?GyRCOCs=?= =?iso-2022-jp?B?QFE9cRsoQg==?="));
  }

  @Test
  void isLinearInHostileText() {
    List<String> bits =
        List.of("=?a?b?", "=?a?b? ", "=?utf-8?Q?", "?=", "=?", "=?x*y?q?=", "=?u?B??=");
    for (String bit : bits) {
      for (String tail : List.of("", "?=")) {
        String text = bit.repeat(Headers.BYTES_MAX / bit.length()) + tail;
        Cpu.bounded(bit, () -> EncodedWords.decode(text));
      }
    }
  }
}
