package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import jakarta.activation.DataHandler;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Mails that another library made at random, read by it and by us: both must find the same parts
/// with the same bytes.
class AngusComparisonTest {
  private static final Session SESSION = Session.getInstance(new Properties());
  private static final String[] ENCODINGS = {"base64", "quoted-printable", "8bit"};
  private static final String[] KINDS = {"mixed", "alternative", "related"};

  private final Random chance = new Random(42);

  @Test
  void findsTheSamePartsAsAnotherReader() throws Exception {
    for (int round = 0; round < 50; round++) {
      MimeMessage made = new MimeMessage(SESSION);
      made.setSubject("件名 " + round, "utf-8");
      made.setContent(multipart(0));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      made.writeTo(bytes);
      Message message = Letters.of(bytes.toByteArray());

      List<byte[]> wanted = new ArrayList<>();
      MimeMessage read = new MimeMessage(SESSION, message.open(0));
      leaves(read, wanted);
      Source source = Source.of(message);
      PartScanner.Found found = PartScanner.scan(source);
      assertEquals(wanted.size(), found.leaves().size());
      // Some contents have bare line ends, as the bytes they are made of want it.
      assertTrue(
          found.defects().stream().allMatch(defect -> defect.kind() == Defect.Kind.BARE_LINE_ENDS));
      for (int i = 0; i < wanted.size(); i++) {
        try (InputStream in = found.leaves().get(i).open(source)) {
          assertArrayEquals(wanted.get(i), in.readAllBytes(), "round " + round + ", part " + i);
        }
      }
      assertEquals(read.getSubject(), found.headers().first("Subject").orElseThrow().value());
    }
  }

  private static void leaves(Part part, List<byte[]> into) throws Exception {
    if (part.isMimeType("multipart/*")) {
      Multipart multipart = (Multipart) part.getContent();
      for (int i = 0; i < multipart.getCount(); i++) {
        leaves(multipart.getBodyPart(i), into);
      }
    } else {
      try (InputStream in = part.getInputStream()) {
        into.add(in.readAllBytes());
      }
    }
  }

  private MimeMultipart multipart(int depth) throws Exception {
    MimeMultipart multipart = new MimeMultipart(KINDS[chance.nextInt(KINDS.length)]);
    int parts = 1 + chance.nextInt(4);
    for (int i = 0; i < parts; i++) {
      MimeBodyPart part = new MimeBodyPart();
      if (depth < 5 && chance.nextInt(3) == 0) {
        part.setContent(multipart(depth + 1));
      } else {
        leaf(part);
      }
      multipart.addBodyPart(part);
    }
    return multipart;
  }

  private void leaf(MimeBodyPart part) throws Exception {
    String encoding = ENCODINGS[chance.nextInt(ENCODINGS.length)];
    byte[] content = new byte[chance.nextInt(chance.nextInt(10) == 0 ? 100_000 : 300)];
    for (int i = 0; i < content.length; i++) {
      // Line ends of all kinds and dashes at their sides, but none that the encoders would change.
      content[i] =
          (byte)
              (encoding.equals("base64") || chance.nextBoolean()
                  ? "\r\n--=_Part abc \t".charAt(chance.nextInt(15))
                  : 'x');
    }
    if (encoding.equals("quoted-printable")) {
      content =
          new String(content, ISO_8859_1).replaceAll("[\r\n\t ]+", "\r\n").getBytes(ISO_8859_1);
    }
    part.setDataHandler(
        new DataHandler(new ByteArrayDataSource(content, "application/octet-stream")));
    part.setFileName("f" + chance.nextInt() + ".bin");
    part.setHeader("Content-Transfer-Encoding", encoding);
  }
}
