package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import io.postern.mime.Headers;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bodies that are stuck halfway because the endpoint takes no more: what each holds does not grow
/// with the mail. A gateway may have dozens of them, for many minutes.
class HeldMemoryTest {
  private static final int ATTEMPTS = 22;

  /// For one attempt, in bytes.
  private static final long HELD_MAX = 200 * 1024;

  private static final String HEAD =
      """
      From: 山田 <yamada@example.com>
      Subject: long
      Content-Type: multipart/alternative; boundary=b

      --b
      Content-Type: text/plain; charset=utf-8

      """
          .replace("\n", "\r\n");
  private static final String MIDDLE =
      """

      --b
      Content-Type: text/html; charset=utf-8
      Content-Transfer-Encoding: quoted-printable

      """
          .replace("\n", "\r\n");
  private static final String PLAIN = "御見積のとおり、二箱お願いいたします。カタカナも\r\n";
  private static final String HTML = "<p>" + "=E5=BE=A1=E8=A6=8B".repeat(8) + "</p>\r\n";
  private static final int PLAIN_BYTES = 2 + 3 * (PLAIN.length() - 2);
  private static final int HTML_BYTES = 9 + 6 * 8;

  /// What was opened, so that it is not lost.
  private record Stuck(Body body, InputStream stream) {}

  @Test
  void holdNoText() throws IOException {
    Message message =
        new MadeMessage()
            .then(HEAD, 1)
            .then(PLAIN, ParsedMail.TEXT_MAX / PLAIN_BYTES)
            .then(MIDDLE, 1)
            .then(HTML, ParsedMail.TEXT_MAX / HTML_BYTES)
            .then("--b--\r\n", 1);
    assertTrue(ParsedMail.parse(message).attachments().isEmpty());
    assertHeld(message, HELD_MAX);
  }

  @Test
  void holdNoTextOfWhatCouldNotBeParsed() throws IOException {
    String deeper = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    Message message = new MadeMessage().then(deeper, 60).then(PLAIN, 100_000);
    assertTrue(ParsedMail.parse(message).unparsed());
    assertHeld(message, HELD_MAX);
  }

  @Test
  void holdLongHeadersOnce() throws IOException {
    String brackets = "X-A: " + "<".repeat(990) + "\r\n";
    Message message = new MadeMessage().then(brackets, 250).then("\r\n", 1).then(PLAIN, 2000);
    assertFalse(ParsedMail.parse(message).unparsed());
    assertHeld(message, HELD_MAX + Headers.BYTES_MAX);
  }

  @Test
  void holdNoHeadersOfAttachments() throws IOException {
    String part =
        "--b\r\nContent-Type: image/png; name=a.png\r\nX-A: " + "x".repeat(900) + "\r\n\r\n\r\n";
    String head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    Message message = new MadeMessage().then(head, 1).then(part, 1000).then("--b--\r\n", 1);
    assertEquals(1000, ParsedMail.parse(message).attachments().size());
    assertHeld(message, 1000 * 400);
  }

  @Test
  void holdLittleOfManyMessages() throws IOException {
    String part =
        "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: " + "漢".repeat(5000) + "\r\n\r\n";
    String head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    Message message = new MadeMessage().then(head, 1).then(part, 999);
    assertEquals(999, ParsedMail.parse(message).attachments().size());
    assertHeld(message, 999 * 2200);
  }

  @Test
  void holdLittleOfManyAddresses() throws IOException {
    Message message =
        new MadeMessage()
            .then("To: ", 1)
            .then("a@b,", 64_000)
            .then("\r\n\r\n", 1)
            .then(PLAIN, 2000);
    assertFalse(ParsedMail.parse(message).unparsed());
    assertHeld(message, HELD_MAX + 2 * Headers.BYTES_MAX);
  }

  @Test
  void holdHeadersOfOtherScriptsAsText() throws IOException {
    // Bytes that each become two in memory, and six in the encoding of forms.
    String line = "X-A: " + "ж".repeat(490) + "\r\n";
    Message message = new MadeMessage().then(line, 250).then("\r\n", 1).then(PLAIN, 2000);
    assertFalse(ParsedMail.parse(message).unparsed());
    assertHeld(message, 3 * Headers.BYTES_MAX, List.of(Dialect.of(Format.MAILGUN)));
  }

  @Test
  void holdNothingOfAFile() throws IOException {
    String head = "Content-Type: application/zip; name=a.zip\r\n";
    String line = "0123456789abcdefghijklmnopqrstuvwxyz+/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n";
    String encoded = "Content-Transfer-Encoding: base64\r\n\r\n";
    assertHeld(new MadeMessage().then(head + encoded, 1).then(line, 50_000), HELD_MAX);
    assertHeld(new MadeMessage().then(head + "\r\n", 1).then(line, 50_000), HELD_MAX);
  }

  private static void assertHeld(Message message, long max) throws IOException {
    assertHeld(message, max, Payloads.dialects());
  }

  private static void assertHeld(Message message, long max, List<Dialect> dialects)
      throws IOException {
    // What is loaded and built once does not count.
    for (int i = 0; i < dialects.size(); i++) {
      stuck(message, i, dialects).stream().close();
    }
    List<Stuck> all = new ArrayList<>();
    long before = used();
    for (int i = 0; i < ATTEMPTS; i++) {
      all.add(stuck(message, i, dialects));
    }
    long held = (used() - before) / ATTEMPTS;
    assertTrue(held < max, () -> "each holds " + held + " bytes");
    for (Stuck one : all) {
      one.stream().close();
      assertTrue(one.body().length() > 0);
    }
  }

  /// Each in another place, each format in its turn.
  private static Stuck stuck(Message message, int number, List<Dialect> dialects)
      throws IOException {
    Dialect dialect = dialects.get(number % dialects.size());
    Body body = dialect.body(Payloads.of(message), Payloads.proof(""));
    InputStream stream = body.source().open();
    stream.skipNBytes(body.length() / ATTEMPTS * number);
    return new Stuck(body, stream);
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
