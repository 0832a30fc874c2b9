package io.postern.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.postern.mail.Message;
import io.postern.mime.Letters;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// A mail of 35 MB that stands nowhere, read and posted: what is allocated over the whole of it is
/// less than a tenth of its size, so nothing can have held it.
class LargeMailTest {
  private static final String HEAD =
      """
      From: a@example.com
      Subject: large
      Content-Type: multipart/mixed; boundary=b

      --b

      see the file
      --b
      Content-Type: application/zip; name=large.zip
      Content-Transfer-Encoding: base64

      """
          .replace("\n", "\r\n");
  private static final String TAIL = "\r\n--b--\r\n";
  private static final byte[] CONTENT =
      "0123456789abcdef0123456789abcdef0123456789abcdef012345678".getBytes(ISO_8859_1);
  private static final String LINE = Base64.getEncoder().encodeToString(CONTENT) + "\r\n";
  private static final int LINES = 35 * 1024 * 1024 / LINE.length();
  private static final long ALLOCATED_MAX = 1_000_000;

  @Test
  void isReadAndPostedInBoundedMemory() throws IOException {
    Message message = new MadeMessage().then(HEAD, 1).then(LINE, LINES).then(TAIL, 1);
    for (Dialect dialect : Payloads.dialects()) {
      // What is loaded and built once does not count.
      Payloads.bytes(dialect.body(Payloads.of(Letters.of(HEAD + LINE + TAIL)), Payloads.proof("")));
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      Body body = dialect.body(Payloads.of(message), Payloads.proof(""));
      long length = 0;
      byte[] block = new byte[16_384];
      try (InputStream in = body.source().open()) {
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
          length += count;
        }
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertEquals(body.length(), length);
      // JSON takes no bytes: the message becomes text a part at a time, and each part is thrown
      // away.
      // That none is held is told by HeldMemoryTest.
      boolean isText = dialect.format() == Format.POSTMARK && dialect.raw();
      assertTrue(
          isText || allocated < ALLOCATED_MAX, dialect + " allocated " + allocated + " bytes");
      if (dialect.format() == Format.FORM) {
        assertTrue(length > (long) CONTENT.length * LINES);
      }
    }
  }
}
