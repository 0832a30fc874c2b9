package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Mails as they come, and what is read from them.
class ParsedMailTest {
  private static ParsedMail parse(String text) throws IOException {
    return ParsedMail.parse(Letters.of(text));
  }

  /// The whole of the plain text.
  static Optional<String> text(ParsedMail mail) throws IOException {
    return whole(mail.text());
  }

  /// The whole of the HTML.
  static Optional<String> html(ParsedMail mail) throws IOException {
    return whole(mail.html());
  }

  private static Optional<String> whole(Optional<MailText> text) throws IOException {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try (Reader reader = text.get().open()) {
      return Optional.of(reader.readAllAsString());
    }
  }

  /// The kinds of all defects.
  private static List<String> defects(ParsedMail mail) {
    return mail.defects().stream().map(defect -> defect.kind().word()).toList();
  }

  /// All attachments as `name type content`.
  private static List<String> attachments(ParsedMail mail) throws IOException {
    List<String> all = new ArrayList<>();
    for (Attachment attachment : mail.attachments()) {
      String content = new String(content(attachment), UTF_8);
      all.add(attachment.fileName() + " " + attachment.contentType() + " " + content);
    }
    return all;
  }

  private static byte[] content(Attachment attachment) throws IOException {
    try (InputStream in = attachment.open()) {
      byte[] content = in.readAllBytes();
      assertEquals(content.length, attachment.size());
      return content;
    }
  }

  @Test
  void readsPlainAsciiMail() throws IOException {
    ParsedMail mail =
        parse(
            """
            From: Ann <ann@example.com>
            To: desk@in.example.com
            Subject: Printer
            Message-ID: <1@example.com>

            It burns.
            """);
    assertEquals("Printer", mail.subject());
    assertEquals(Optional.of("It burns.\r\n"), text(mail));
    assertEquals(Optional.empty(), html(mail));
    assertEquals(List.of(), mail.attachments());
    assertEquals(List.of(), mail.defects());
    assertFalse(mail.unparsed());
    assertEquals(4, mail.headers().all().size());
  }

  @Test
  void readsJapaneseMailWithASplitFileName() throws IOException {
    Message message =
        new Letters()
            .line(
                """
                From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <yamada@example.jp>
                Subject: =?ISO-2022-JP?B?GyRCOCtAUT1xJE43byFKOzNF?=
                 =?ISO-2022-JP?B?RE1NIUsbKEI=?=
                Content-Type: multipart/mixed; boundary="=_b"

                --=_b
                Content-Type: text/plain; charset=ISO-2022-JP
                Content-Transfer-Encoding: 7bit

                """)
            .in("x-windows-iso2022jp", "髙橋様\n①㈱御見積のとおり\n")
            .line(
                """
                --=_b
                Content-Type: application/pdf
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment;
                 filename*0*=ISO-2022-JP'ja'%1B%24B8f8%2B%40Q%3D;
                 filename*1*=q%1B%28B_2026%1B%24BG/H;
                 filename*2*=G%1B%28B.pdf

                JVBERi0=
                --=_b--
                """)
            .message();
    ParsedMail mail = ParsedMail.parse(message);
    assertEquals("見積書の件（山田様）", mail.subject());
    assertEquals("山田 <yamada@example.jp>", mail.headers().first("From").orElseThrow().value());
    assertEquals(Optional.of("髙橋様\r\n①㈱御見積のとおり"), text(mail));
    assertEquals(List.of("御見積書_2026年版.pdf application/pdf %PDF-"), attachments(mail));
    assertEquals(List.of(), mail.defects());
  }

  @Test
  void readsShiftJisThatIsNotDeclared() throws IOException {
    ParsedMail mail =
        ParsedMail.parse(new Letters().in("windows-31j", "Subject: お知らせ\n\n①番のご案内です。\n").message());
    assertEquals("お知らせ", mail.subject());
    assertEquals(Optional.of("①番のご案内です。\r\n"), text(mail));
  }

  @Test
  void readsAlternativesWithAnInlineImage() throws IOException {
    ParsedMail mail =
        parse(
            """
            Subject: news
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary=a

            This is a multi-part message in MIME format.
            --a
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            gr=C3=BC=C3=9Fe =
            an alle

            --a
            Content-Type: multipart/related; boundary=ab

            --ab
            Content-Type: text/html; charset=utf-8

            <p>grüße</p><img src="cid:logo@x">
            --ab
            Content-Type: image/png; name="=?utf-8?B?44Ot44K0?=.png"
            Content-ID: <logo@x>
            Content-Disposition: inline
            Content-Transfer-Encoding: base64

            iVBORw==
            --ab--

            --a--
            """);
    assertEquals(Optional.of("grüße an alle\r\n"), text(mail));
    assertEquals(Optional.of("<p>grüße</p><img src=\"cid:logo@x\">"), html(mail));
    Attachment logo = mail.attachments().getFirst();
    assertEquals("ロゴ.png", logo.fileName());
    assertEquals(Optional.of("logo@x"), logo.contentId());
    assertTrue(logo.isInline());
    assertArrayEquals(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, content(logo));
    assertEquals(List.of(), mail.defects());
    assertEquals(List.of(LeftOut.preamble(44)), mail.leftOut());
  }

  @Test
  void makesAMessageThatIsOneFileAnAttachment() throws IOException {
    ParsedMail mail =
        parse(
            """
            Subject: scan
            Content-Type: application/pdf
            Content-Transfer-Encoding: base64

            JVBERi0=
            """);
    assertEquals(Optional.empty(), text(mail));
    assertEquals(List.of("attachment-1.pdf application/pdf %PDF-"), attachments(mail));
  }

  @Test
  void keepsMessagesWithinTheMessageWhole() throws IOException {
    ParsedMail mail =
        parse(
            """
            Subject: Fwd
            Content-Type: multipart/mixed; boundary=o

            --o

            see below
            --o
            Content-Type: message/rfc822

            Subject: =?utf-8?Q?inner/=C3=A9?=
            Content-Type: multipart/mixed; boundary=i

            --i

            inner text
            --i--
            --o
            Content-Type: message/rfc822
            Content-Disposition: attachment; filename=given.eml

            Subject: other

            --o--
            """);
    assertEquals(Optional.of("see below"), text(mail));
    List<String> attachments = attachments(mail);
    assertEquals(2, attachments.size());
    assertTrue(attachments.get(0).startsWith("inner_é.eml message/rfc822 Subject: =?utf-8?Q?"));
    assertTrue(attachments.get(0).endsWith("inner text\r\n--i--"));
    assertEquals("given.eml message/rfc822 Subject: other\r\n", attachments.get(1));
  }

  @Test
  void readsDigestsDeliveryReportsAndCalendars() throws IOException {
    ParsedMail mail =
        parse(
            """
            Content-Type: multipart/mixed; boundary=m

            --m
            Content-Type: multipart/digest; boundary=d

            --d

            Subject: one

            --d--
            --m
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; x@example.com
            --m
            Content-Type: text/calendar; method=REQUEST

            BEGIN:VCALENDAR
            --m--
            """);
    assertEquals(Optional.empty(), text(mail));
    assertEquals(
        List.of(
            "one.eml message/rfc822 Subject: one\r\n",
            "attachment-2.txt message/delivery-status Final-Recipient: rfc822; x@example.com",
            "attachment-3.ics text/calendar BEGIN:VCALENDAR"),
        attachments(mail));
  }

  @Test
  void putsBodiesOfOneKindTogether() throws IOException {
    ParsedMail mail =
        parse(
            """
            Content-Type: multipart/mixed; boundary=m

            --m
            Content-Type: text/plain; name=first.txt

            first
            --m
            Content-Type: text/html

            <p>one</p>
            --m
            Content-Type: text/plain

            second
            --m
            Content-Type: text/plain; name=log.txt
            Content-Disposition: inline

            log
            --m
            Content-Type: text/plain
            Content-Disposition: attachment

            file
            --m
            Content-Type: text/html

            <p>two</p>
            --m--
            """);
    assertEquals(Optional.of("first\r\nsecond"), text(mail));
    assertEquals(Optional.of("<p>one</p>\r\n<p>two</p>"), html(mail));
    assertEquals(
        List.of("log.txt text/plain log", "attachment-2.txt text/plain file"), attachments(mail));
  }

  @Test
  void readsWhatHasNoEnd() throws IOException {
    ParsedMail mail =
        parse(
            """
            Content-Type: multipart/mixed; boundary=m

            --m

            text
            --m
            Content-Type: application/zip; name=a.zip
            Content-Transfer-Encoding: base64

            UEsD\
            """);
    assertEquals(Optional.of("text"), text(mail));
    assertEquals(List.of("a.zip application/zip PK\u0003"), attachments(mail));
    assertEquals(List.of("no-end"), defects(mail));
  }

  @Test
  void readsWhatEndsWithinAHeader() throws IOException {
    ParsedMail mail =
        parse(
            """
            Content-Type: multipart/mixed; boundary=m

            --m
            Content-Type: text/plain
            --m
            Content-Type: application/pdf; name=a.pdf\
            """);
    assertEquals(Optional.of(""), text(mail));
    assertEquals(List.of("a.pdf application/pdf "), attachments(mail));
  }

  @Test
  void readsMultipartsWithoutABoundaryOrWithout() throws IOException {
    ParsedMail guessed =
        parse(
            """
            Content-Type: multipart/mixed

            preamble
            --guess
            Content-Type: text/html

            <p>
            --guess--
            """);
    assertEquals(Optional.of("<p>"), html(guessed));
    assertEquals(List.of("no-boundary"), defects(guessed));

    ParsedMail none = parse("Content-Type: multipart/mixed; boundary=x\n\nonly text\n");
    assertEquals(Optional.of("only text\r\n"), text(none));
    assertEquals(List.of("no-end", "no-parts"), defects(none));

    ParsedMail empty = parse("Content-Type: multipart/mixed; boundary=x\n\n");
    assertEquals(Optional.empty(), text(empty));
    assertEquals(List.of(), empty.attachments());
  }

  @Test
  void comparesBoundariesWhole() throws IOException {
    ParsedMail mail =
        parse(
            """
            Content-Type: multipart/mixed; boundary="=_1"

            --=_1
            Content-Type: multipart/mixed; boundary="=_1_2"

            --=_1_2

            a
            --=_1_3
            -- =_1
            --=_1x
            --=_1_2--
            --=_1 \t
            Content-Type: text/html

            b
            --=_1--
            """);
    assertEquals(Optional.of("a\r\n--=_1_3\r\n-- =_1\r\n--=_1x"), text(mail));
    assertEquals(Optional.of("b"), html(mail));
    assertEquals(List.of(), mail.defects());
  }

  @Test
  void endsInnerPartsWithTheOuterOnes() throws IOException {
    ParsedMail mail =
        parse(
            """
            Content-Type: multipart/mixed; boundary=o

            --o
            Content-Type: multipart/mixed; boundary=i

            --i

            a
            --o
            Content-Type: text/html

            b
            --o--
            stray
            """);
    assertEquals(Optional.of("a"), text(mail));
    assertEquals(Optional.of("b"), html(mail));
    assertEquals(List.of("no-end", "trailing-bytes"), defects(mail));
    assertEquals(5, mail.leftOut().getFirst().size());
  }

  @Test
  void readsWhatIsMislabelled() throws IOException {
    assertEquals(
        Optional.of("é\r\n"), text(parse("Content-Type: text/plain; charset=x-klingon\n\né\n")));
    assertEquals(Optional.of("x\r\n"), text(parse("Content-Type: text\n\nx\n")));
    assertEquals(Optional.of("x"), text(parse("Content-Transfer-Encoding: rot13\n\nx")));
    ParsedMail base64 = parse("Content-Transfer-Encoding: base64\n\naGVs*bG8\n");
    assertEquals(Optional.of("hello"), text(base64));
    assertEquals(List.of("broken-encoding"), defects(base64));
    ParsedMail file = parse("Content-Type: ???; name=x.doc\n\nx");
    assertEquals(List.of("x.doc application/octet-stream x"), attachments(file));
    // A type with line ends and quotes in it could break out of a header of ours.
    ParsedMail odd = parse("Content-Type: image/\"x\ny\n\nx");
    assertEquals(Optional.of("x"), text(odd));
  }

  @Test
  void givesTextWithoutNulOrMark() throws IOException {
    assertEquals(Optional.of("a\uFFFDb"), text(parse("\n\uFEFFa\0b")));
  }

  @Test
  void readsTheEmptyMessage() throws IOException {
    ParsedMail mail = parse("");
    assertEquals(Optional.of(""), text(mail));
    assertEquals("", mail.subject());
    assertEquals(List.of(), mail.headers().all());
  }

  @ParameterizedTest
  @ValueSource(ints = {ParsedMail.TEXT_MAX, ParsedMail.TEXT_MAX + 1})
  void makesAnAttachmentOfTextThatIsTooLong(int size) throws IOException {
    ParsedMail mail = parse("Content-Type: text/plain\n\n" + "x".repeat(size));
    boolean isShort = size <= ParsedMail.TEXT_MAX;
    assertEquals(isShort, mail.text().isPresent());
    assertEquals(isShort ? 0 : 1, mail.attachments().size());
    assertEquals(isShort, mail.defects().isEmpty());
  }

  @Test
  void givesTheSameForShortAndLongMessages() throws IOException {
    byte[] content = new byte[300_000];
    new Random(2).nextBytes(content);
    for (int size : new int[] {100, 40_000, 60_000, 300_000}) {
      byte[] part = Arrays.copyOf(content, size);
      Message message =
          new Letters()
              .line("Content-Type: multipart/mixed; boundary=m\n\n--m\n\ntext\n--m\n")
              .line("Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n")
              .base64(part)
              .line("--m\nContent-Type: image/gif; name=b.gif\n\n")
              .raw(new String(part, ISO_8859_1))
              .line("\n--m--\n")
              .message();
      ParsedMail mail = ParsedMail.parse(message);
      assertEquals(Optional.of("text"), text(mail));
      assertArrayEquals(part, content(mail.attachments().get(0)));
      assertArrayEquals(part, content(mail.attachments().get(1)));
    }
  }

  @Test
  void givesAMailThatTheReaderFailsOnAsItCame() throws IOException {
    Message good = Letters.of("Subject: x\n\n" + "text\n".repeat(20_000));
    Message strange =
        new Message() {
          private boolean isOpened;

          @Override
          public long size() {
            return good.size();
          }

          @Override
          public InputStream open(long offset) throws IOException {
            if (!isOpened) {
              isOpened = true;
              throw new IllegalStateException("stands for a fault of ours");
            }
            return good.open(offset);
          }
        };
    ParsedMail mail = ParsedMail.parse(strange);
    assertTrue(mail.unparsed());
    assertEquals("x", mail.subject());
    assertEquals(good.size(), text(mail).orElseThrow().length());
    assertArrayEquals(good.open(0).readAllBytes(), content(mail.attachments().getFirst()));
  }

  @Test
  void tellsWhenTheStoreFails() {
    Message cut =
        new Message() {
          @Override
          public long size() {
            return 100_000;
          }

          @Override
          public InputStream open(long offset) {
            return new ByteArrayInputStream(new byte[50_000]);
          }
        };
    assertThrows(IOException.class, () -> ParsedMail.parse(cut));
  }

  @Test
  void tellsTheBeginningOfALongSubjectAndNoLongContentId() throws IOException {
    String nested = "Content-Type: message/rfc822\nContent-ID: <" + "c".repeat(255) + ">\n\n";
    Attachment message =
        ParsedMail.parse(Letters.of(nested + "Subject: " + "漢".repeat(300) + "\n\nx"))
            .attachments()
            .getFirst();
    assertEquals(Optional.of("漢".repeat(255)), message.subject());
    assertEquals(Optional.of("c".repeat(255)), message.contentId());
    Attachment other =
        ParsedMail.parse(Letters.of(nested.replace("<", "<c") + "\nx")).attachments().getFirst();
    assertEquals(Optional.empty(), other.contentId());
  }
}
