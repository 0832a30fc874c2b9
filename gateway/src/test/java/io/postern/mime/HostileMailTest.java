package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Mails that were made to cost much. The bound on CPU time is many times what they take, so that
/// it fails for what is quadratic and not for a slow machine.
class HostileMailTest {
  /// A message that counts the bytes that are read of it.
  private static final class CountingMessage implements Message {
    private final Message message;
    private long count;

    CountingMessage(Message message) {
      this.message = message;
    }

    @Override
    public long size() {
      return message.size();
    }

    @Override
    public InputStream open(long offset) throws IOException {
      return new FilterInputStream(message.open(offset)) {
        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
          int read = super.read(bytes, from, length);
          count += Math.max(read, 0);
          return read;
        }
      };
    }

    long count() {
      return count;
    }
  }

  private static ParsedMail parse(String text) throws IOException {
    return parse(Letters.of(text));
  }

  private static ParsedMail parse(Message message) throws IOException {
    ParsedMail mail = Cpu.bounded("the mail", () -> ParsedMail.parse(message));
    assertTrue(
        mail.defects().size() <= Defect.Kind.values().length * ParsedMail.DEFECTS_OF_A_KIND_MAX);
    return mail;
  }

  private static void assertUnparsed(String text, String why) throws IOException {
    ParsedMail mail = parse(text);
    assertTrue(mail.unparsed());
    assertTrue(mail.defects().getFirst().text().contains(why), mail.defects()::toString);
    Attachment whole = mail.attachments().getFirst();
    assertEquals(1, mail.attachments().size());
    assertEquals("message.eml", whole.fileName());
    assertEquals("message/rfc822", whole.contentType());
    assertEquals(text.replace("\n", "\r\n").length(), whole.size());
    String start = text.replace("\n", "\r\n");
    int length = Math.min(start.length(), ParsedMail.UNPARSED_TEXT_MAX);
    assertEquals(start.substring(0, length), ParsedMailTest.text(mail).orElseThrow());
    assertTrue(mail.html().isEmpty());
  }

  private static String repeat(int times, IntFunction<String> bit) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < times; i++) {
      text.append(bit.apply(i));
    }
    return text.toString();
  }

  private static String nested(int depth) {
    return repeat(
        depth, i -> "Content-Type: multipart/mixed; boundary=b" + i + "\n\n--b" + i + "\n");
  }

  /// Everything that is ever read of a mail is read, and the bytes that it takes are counted: they
  /// are the measure of work that no slow machine changes.
  @ParameterizedTest
  @MethodSource("names")
  void readsItInABoundedNumberOfBytes(String name) throws IOException {
    Message made = HostileMails.all().get(name).get();
    parse(made);
    CountingMessage message = new CountingMessage(made);
    ParsedMail mail = ParsedMail.parse(message);
    long read = message.count();
    // Once to find the parts, once for the texts, and a little of each attachment.
    long most = 3 * message.size() + PartScanner.PARTS_MAX * 32L * 1024;
    assertTrue(read <= most, () -> read + " bytes were read of " + message.size());
    Corpus.assertAccounted(message, mail);
    String reading = Cpu.bounded("its reading", () -> Reading.of(mail));
    assertTrue(UTF_8.newEncoder().canEncode(reading));
  }

  static List<String> names() {
    return List.copyOf(HostileMails.all().keySet());
  }

  @Test
  void nestingHasALimit() throws IOException {
    assertFalse(parse(nested(PartScanner.DEPTH_MAX)).unparsed());
    assertUnparsed(nested(PartScanner.DEPTH_MAX + 1), "nested deeper than 50");
    assertUnparsed("Subject: deep\n" + nested(10_000), "nested deeper than 50");
    assertEquals("deep", parse("Subject: deep\n" + nested(10_000)).subject());
    // All of one boundary, so that each delimiter could belong to each level.
    assertUnparsed("Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(10_000), "deeper");
  }

  @Test
  void partsHaveALimit() throws IOException {
    String start = "Content-Type: multipart/mixed; boundary=b\n\n";
    ParsedMail most = parse(start + "--b\n\nx\n".repeat(PartScanner.PARTS_MAX) + "--b--\n");
    assertFalse(most.unparsed());
    assertEquals(
        "x\r\n".repeat(PartScanner.PARTS_MAX).strip(), ParsedMailTest.text(most).orElseThrow());
    assertUnparsed(start + "--b\n\nx\n".repeat(PartScanner.PARTS_MAX + 1), "1000 parts");
    assertUnparsed(start + "--b\nContent-Type: image/png\n\nx\n".repeat(100_000), "1000 parts");
  }

  @Test
  void headersHaveALimit() throws IOException {
    assertUnparsed("A: 1\n".repeat(1_000_000), "header section");
    assertUnparsed("A: 1\n".repeat(1001) + "\nx\n", "1000 header fields");
    assertUnparsed("A: " + "x".repeat(1_000_000) + "\n\nx\n", "header section");
    String part = "--b\nA: " + "x".repeat(200_000) + "\n\n.\n";
    assertUnparsed(
        "Content-Type: multipart/mixed; boundary=b\n\n" + part.repeat(10), "bytes in all");
  }

  @Test
  void manyMessagesWithinMessagesAreOneAttachment() throws IOException {
    ParsedMail mail = parse("Content-Type: message/rfc822\n\n".repeat(100_000));
    assertFalse(mail.unparsed());
    assertEquals(1, mail.attachments().size());
  }

  @Test
  void parametersAndEncodedWordsCostLittle() throws IOException {
    String parameters = repeat(20_000, i -> "; p" + i + "=x");
    assertFalse(parse("Content-Type: text/plain" + parameters + "\n\nx\n").unparsed());
    String pieces = repeat(9_999, i -> ";\n filename*" + i + "*=%41");
    Attachment attachment =
        parse("Content-Disposition: attachment" + pieces + "\n\nx\n").attachments().getFirst();
    assertEquals("A".repeat(255), attachment.fileName());
    String words = "=?utf-8?Q?a?= ".repeat(18_000);
    assertEquals("a".repeat(18_000), parse("Subject: " + words + "\n\nx\n").subject());
    String unknown = repeat(15_000, i -> "=?x" + i + "?Q?a?= ");
    assertEquals("a".repeat(15_000), parse("Subject: " + unknown + "\n\nx\n").subject());
  }

  @Test
  void linesThatLookLikeDelimitersCostLittle() throws IOException {
    String deep = nested(PartScanner.DEPTH_MAX);
    assertFalse(parse(deep + "\n" + "--\n".repeat(300_000)).unparsed());
    assertFalse(parse(deep + "\n" + "--b7777\n".repeat(300_000)).unparsed());
    assertFalse(parse(deep + "\n" + "-".repeat(8_000_000)).unparsed());
  }

  @Test
  void siblingsThatHoldNothingCostLittle() throws IOException {
    String inner = "--b\nContent-Type: multipart/mixed; boundary=c\n\n";
    parse("Content-Type: multipart/mixed; boundary=b\n\n" + inner.repeat(100_000));
    parse("Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n".repeat(1_000_000));
    parse("Content-Type: multipart/mixed; boundary=b\n\n" + "--b--\n".repeat(1_000_000));
  }
}
