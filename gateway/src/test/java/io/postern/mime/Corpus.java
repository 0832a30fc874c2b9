package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Small mails that have everything a reader can stumble over, those of the folder among them, and
/// mutations of them.
public final class Corpus {
  private static final Path FOLDER = Path.of("src", "test", "resources", "mails");

  /// Longer mails of the folder take time and show nothing more.
  private static final int BYTES_MAX = 4096;

  private static final List<byte[]> MAILS = mails();

  /// What a mutation puts in: pieces that mean something to a reader.
  private static final String[] PIECES = {
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "--b",
    "--b--",
    "--i\r\n",
    "--i--\r\n",
    "=?",
    "?=",
    "=?utf-8?B?",
    "=?u?Q?=",
    "boundary=",
    "boundary=\"",
    "; filename*0*=",
    "; filename*1=",
    "charset=",
    "charset=iso-2022-jp",
    "utf-16",
    "\u001b$B",
    "\u001b(B",
    "\0",
    "\u00ff",
    "\u00e9",
    ";",
    "\"",
    "(",
    "<",
    ">",
    "@",
    ",",
    ":",
    "=",
    "=3D",
    "==",
    "Content-Type: ",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "message/rfc822",
    "multipart/",
    "text/html",
    "quoted-printable",
    "x-uuencode",
    " ",
    "\t",
    "From: a@b\r\n",
    "format=flowed; delsp=yes",
    "charset=hz-gb-2312",
    "charset=utf-7",
    "+2D3eAA-",
    "~{",
    "> ",
    "-- \r\n",
    "On 22 Nov 2026, Bob wrote:\r\n",
    "-----Original Message-----\r\n",
    "Content-Type: message/delivery-status\r\n",
    "Content-Type: message/feedback-report\r\n",
    "Hi. This is the qmail-send program at a.\r\n\r\n",
    "<a@example.com>:\r\n"
  };

  private Corpus() {}

  /// One of the mails, changed at random in one to eight places.
  public static byte[] mutant(Random chance) {
    byte[] mail = MAILS.get(chance.nextInt(MAILS.size()));
    int changes = 1 + chance.nextInt(8);
    for (int i = 0; i < changes; i++) {
      mail = change(mail, chance);
    }
    return mail;
  }

  private static List<byte[]> mails() {
    List<byte[]> mails = new ArrayList<>(List.of(japanese(), western(), report(), odd()));
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".eml")).sorted().toList()) {
        byte[] mail = Files.readAllBytes(file);
        if (mail.length > 0 && mail.length <= BYTES_MAX) {
          mails.add(mail);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(mails);
  }

  private static byte[] change(byte[] mail, Random chance) {
    int at = chance.nextInt(mail.length + 1);
    int end = Math.min(mail.length, at + chance.nextInt(chance.nextInt(10) == 0 ? 400 : 12));
    return switch (chance.nextInt(5)) {
      case 0 ->
          join(mail, at, new byte[] {(byte) chance.nextInt(256)}, Math.min(at + 1, mail.length));
      case 1 -> join(mail, at, new byte[0], end);
      case 2 -> join(mail, end, Arrays.copyOfRange(mail, at, end), end);
      case 3 -> {
        byte[] other = MAILS.get(chance.nextInt(MAILS.size()));
        int from = chance.nextInt(other.length);
        int to = Math.min(other.length, from + chance.nextInt(300));
        yield join(mail, at, Arrays.copyOfRange(other, from, to), end);
      }
      default -> join(mail, at, PIECES[chance.nextInt(PIECES.length)].getBytes(ISO_8859_1), at);
    };
  }

  private static byte[] join(byte[] mail, int at, byte[] middle, int rest) {
    byte[] joined = new byte[at + middle.length + mail.length - rest];
    System.arraycopy(mail, 0, joined, 0, at);
    System.arraycopy(middle, 0, joined, at, middle.length);
    System.arraycopy(mail, rest, joined, at + middle.length, mail.length - rest);
    return joined;
  }

  /// Sees that every part that was found is a body or an attachment, and that no two overlap.
  public static void assertAccounted(Message message, ParsedMail mail) throws IOException {
    if (mail.unparsed()) {
      assertEquals(1, mail.attachments().size());
      return;
    }
    List<Leaf> leaves = PartScanner.scan(Source.of(message)).leaves();
    long files = leaves.stream().filter(leaf -> !leaf.isBody()).count();
    if (mail.defects().stream().anyMatch(defect -> defect.kind() == Defect.Kind.LONG_TEXT)) {
      assertTrue(files < mail.attachments().size());
    } else {
      assertEquals(files, mail.attachments().size());
      assertEquals(leaves.stream().anyMatch(leaf -> isBody(leaf, false)), mail.text().isPresent());
      assertEquals(leaves.stream().anyMatch(leaf -> isBody(leaf, true)), mail.html().isPresent());
    }
    long end = 0;
    for (Leaf leaf : leaves) {
      assertEquals(Math.max(end, leaf.offset()), leaf.offset(), "parts overlap");
      end = leaf.offset() + leaf.length();
    }
    assertEquals(Math.max(end, message.size()), message.size());
  }

  private static boolean isBody(Leaf leaf, boolean isHtml) {
    return leaf.isBody() && leaf.type().text().equals(ContentType.HTML) == isHtml;
  }

  private static byte[] bytes(String text, Charset charset) {
    return text.replace("\n", "\r\n").getBytes(charset);
  }

  private static byte[] japanese() {
    return bytes(
        """
        From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <yamada@example.jp>
        To: "Desk, the" <desk@in.example.com>, Team: a@example.com, b@example.com;
        Subject: =?ISO-2022-JP?B?GyRCOCtA?=
         =?ISO-2022-JP?B?UT1xGyhC?= raw お知らせ
        Message-ID: <1@example.jp>
        Content-Type: multipart/mixed; boundary="b"

        --b
        Content-Type: text/plain; charset=ISO-2022-JP

        御見積のとおり\u001b(B
        --b
        Content-Type: application/pdf
        Content-Transfer-Encoding: base64
        Content-Disposition: attachment;
         filename*0*=ISO-2022-JP'ja'%1B%24B8f8%2B%40Q%3D;
         filename*1*=q%1B%28B.pdf

        JVBERi0xLjQKJcOkw7zDtsOfCg==
        --b--
        """,
        Charset.forName("ISO-2022-JP"));
  }

  private static byte[] western() {
    return bytes(
        """
        Received: from a by b; Sun, 22 Nov 2026 06:00:00 +0000
        From: "Müller (Köln)" <m@example.de>
        Subject: =?utf-8?Q?Gr=C3=BC=C3?= =?utf-8?Q?=9Fe?=
        Content-Type: multipart/alternative; boundary=b

        --b
        Content-Type: text/plain; charset=utf-8; format=flowed
        Content-Transfer-Encoding: quoted-printable

        gr=C3=BC=C3=9Fe =
        an alle 😀
        --b
        Content-Type: multipart/related; boundary=i

        --i
        Content-Type: text/html; charset=windows-1252

        <p>grüße</p><img src="cid:logo@x">
        --i
        Content-Type: image/png; name="=?utf-8?B?44Ot44K0?=.png"
        Content-ID: <logo@x>
        Content-Disposition: inline
        Content-Transfer-Encoding: base64

        iVBORw==
        --i--
        --b--
        """,
        UTF_8);
  }

  private static byte[] report() {
    return bytes(
        """
        From: MAILER-DAEMON
        Subject: Undelivered
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b

        Sorry.
        --b
        Content-Type: message/delivery-status

        Action: failed
        --b
        Content-Type: message/rfc822

        Subject: the original
        Content-Type: multipart/mixed; boundary=i

        --i

        text
        --i--
        --b--
        epilogue
        """,
        UTF_8);
  }

  private static byte[] odd() {
    return bytes(
        """
        no field
        Subject : caf\u00e9 \u0090\u00bf\u008b\u0081
        Content-Type: multipart/mixed

        preamble
        --b
        Content-Type: text/plain; charset=utf-16
        Content-Transfer-Encoding: x-uuencode

        begin 644 cat.txt
        #0V%T
        `
        end
        --b
        Content-Type: ???
        Content-Disposition: attachment; filename="..\\\\..\\\\x.exe"

        x
        """,
        ISO_8859_1);
  }
}
