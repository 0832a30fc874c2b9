package io.postern.bench;

import io.postern.mail.Message;
import io.postern.mime.Letters;
import io.postern.mime.ParsedMail;
import io.postern.webhook.Body;
import io.postern.webhook.Dialect;
import io.postern.webhook.Payloads;
import io.postern.webhook.Proof;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.function.ThrowingSupplier;

/// What it costs to read a mail and to render its payload, in CPU time of one thread. Run its
/// `main`, with the system property `jakarta.mail.util.StreamProvider` set as `bin/postern` sets it
/// for the rows of angus-mail, which are there to compare with.
public final class PayloadBench {
  private static final long WARM_UP_NANOS = 3_000_000_000L;
  private static final long MEASURE_NANOS = 3_000_000_000L;
  private static final int ROUNDS = 3;
  private static final Proof PROOF = new Proof("", "key-example-signing", 0, "a".repeat(50));
  private static final Session SESSION = Session.getInstance(new Properties());

  private PayloadBench() {}

  /// Prints a table: CPU microseconds a mail, the best of three rounds, and megabytes of message a
  /// second.
  public static void main(String[] arguments) throws Throwable {
    measure("4 KB text", text());
    measure("40 KB multipart", multipart());
    measure("10 MB attachment", attachment(10 * 1024 * 1024));
  }

  private static void measure(String name, Message message) throws Throwable {
    row(name, "parse", message, () -> ParsedMail.parse(message).attachments().size());
    for (Dialect dialect : Payloads.dialects()) {
      String word = dialect.format().word() + (dialect.raw() ? ", raw" : "");
      row(name, "parse and " + word, message, () -> render(message, dialect));
    }
    row(name, "angus-mail, all parts read", message, () -> angus(message));
  }

  private static long render(Message message, Dialect dialect) throws Exception {
    Body body = dialect.body(Payloads.of(message), PROOF);
    try (InputStream in = body.source().open()) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static long angus(Message message) throws Exception {
    return read(new MimeMessage(SESSION, message.open(0)));
  }

  private static long read(Part part) throws Exception {
    if (part.isMimeType("multipart/*")) {
      Multipart multipart = (Multipart) part.getContent();
      long size = 0;
      for (int i = 0; i < multipart.getCount(); i++) {
        size += read(multipart.getBodyPart(i));
      }
      return size;
    }
    try (InputStream in = part.getInputStream()) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void row(String mail, String work, Message message, ThrowingSupplier<Number> once)
      throws Throwable {
    run(once, WARM_UP_NANOS);
    double best = Double.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      best = Math.min(best, run(once, MEASURE_NANOS));
    }
    System.out.printf(
        Locale.ROOT,
        "%-18s %-28s %10.1f us %8.0f MB/s%n",
        mail,
        work,
        best,
        message.size() / best / 1.048576);
  }

  /// @return CPU microseconds for one
  private static double run(ThrowingSupplier<Number> once, long nanos) throws Throwable {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    long now = start;
    long count = 0;
    long sum = 0;
    while (now - start < nanos) {
      for (int i = 0; i < 20; i++) {
        sum += once.get().longValue();
      }
      count += 20;
      now = threads.getCurrentThreadCpuTime();
    }
    if (sum < 0) {
      throw new IllegalStateException("nothing was read");
    }
    return (now - start) / 1000.0 / count;
  }

  private static Letters head(String type) {
    return new Letters()
        .line(
            """
            Return-Path: <bounce+12345@mail.example.org>
            Received: from out3.example.org (out3.example.org [192.0.2.77])
             by mx1.example.net with ESMTPS id 4XyZ1234567890
             for <desk@in.example.com>; Sun, 22 Nov 2026 06:00:00 +0000 (UTC)
            DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;
             h=from:to:subject:date:message-id:mime-version:content-type;
             bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
             b=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4
            Date: Sun, 22 Nov 2026 06:00:00 +0000
            From: =?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen@example.org>
            To: Desk <desk@in.example.com>
            Subject: =?utf-8?B?R3LDvMOfZSBhdXMgS8O2bG4=?= [ticket #4711]
            Message-ID: <20261122060000.4711@example.org>
            MIME-Version: 1.0
            """)
        .line("Content-Type: " + type + "\n\n");
  }

  private static Message text() {
    Letters mail = head("text/plain; charset=utf-8");
    return mail.line("A line of text that says nothing – but in UTF-8.\n".repeat(54)).message();
  }

  private static Message multipart() {
    byte[] image = new byte[20_000];
    new Random(1).nextBytes(image);
    return head("multipart/alternative; boundary=b")
        .line("--b\nContent-Type: text/plain; charset=utf-8\n")
        .line("Content-Transfer-Encoding: quoted-printable\n\n")
        .line("gr=C3=BC=C3=9Fe an alle, die das hier lesen, und noch ein Wort=\n mehr\n".repeat(60))
        .line("--b\nContent-Type: multipart/related; boundary=i\n\n--i\n")
        .line("Content-Type: text/html; charset=utf-8\n\n")
        .line("<p>grüße an alle, die das hier lesen</p>\n".repeat(180))
        .line("--i\nContent-Type: image/png; name=logo.png\nContent-ID: <logo>\n")
        .line("Content-Transfer-Encoding: base64\n\n")
        .base64(image)
        .line("--i--\n--b--\n")
        .message();
  }

  private static Message attachment(int size) {
    byte[] content = new byte[size];
    new Random(1).nextBytes(content);
    return head("multipart/mixed; boundary=b")
        .line("--b\n\nsee the file\n--b\nContent-Type: application/zip; name=a.zip\n")
        .line("Content-Transfer-Encoding: base64\n\n")
        .base64(content)
        .line("--b--\n")
        .message();
  }
}
