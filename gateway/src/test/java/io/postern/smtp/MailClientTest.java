package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The door as a mail client of its own kind meets it.
@Timeout(120)
final class MailClientTest {
  private final RecordingReceiver receiver = new RecordingReceiver();

  @Test
  void takesAMessageAsTheClientWroteIt() throws Exception {
    try (Listener listener = roomy()) {
      Session session = session(listener, new Properties());
      byte[] file = new byte[500_000];
      new Random(3).nextBytes(file);
      MimeMessage message = message(session, "bob@example.com");
      message.setSubject("議事録", "UTF-8");
      MimeBodyPart text = new MimeBodyPart();
      text.setText(".\r\n..\r\n.dots\r\nこんにちは\r\n", "UTF-8");
      MimeBodyPart attachment = new MimeBodyPart();
      attachment.setContent(file, "application/octet-stream");
      attachment.setFileName("data.bin");
      message.setContent(new MimeMultipart(text, attachment));
      Transport.send(message);
      assertArrayEquals(written(message), bytes(receiver.next()));
    }
  }

  @Test
  void takesAMessageInChunks() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.chunksize", "10000");
    try (Listener listener = roomy()) {
      MimeMessage message = message(session(listener, properties), "bob@example.com");
      message.setText(".\r\n..\r\n0123456789abcdef0123456789abcdef\r\n".repeat(3000));
      Transport.send(message);
      // This client stuffs dots in chunks too, which is its mistake, and shows that it sent chunks.
      String stuffed = new String(written(message), StandardCharsets.ISO_8859_1);
      assertEquals(stuffed.replace("\r\n.", "\r\n.."), receiver.next().content());
    }
  }

  @Test
  void usesOneConnectionForManyMessages() throws Exception {
    try (Listener listener = roomy()) {
      Session session = session(listener, new Properties());
      try (Transport transport = session.getTransport("smtp")) {
        transport.connect();
        for (int i = 0; i < 50; i++) {
          MimeMessage message = message(session, "bob@example.com");
          message.setText("message " + i + "\r\n");
          message.saveChanges();
          transport.sendMessage(message, message.getAllRecipients());
        }
      }
      assertEquals(50, receiver.kept.size());
      assertEquals(
          1, receiver.kept.stream().map(RecordingReceiver.Kept::session).distinct().count());
    }
  }

  @Test
  void takesUnicodeAddressesAnd8BitText() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.mime.allowutf8", "true");
    properties.setProperty("mail.smtp.allow8bitmime", "true");
    try (Listener listener = roomy()) {
      Session session = session(listener, properties);
      MimeMessage message = new MimeMessage(session);
      message.setFrom(new InternetAddress("jürgen@example.net"));
      message.setRecipient(Message.RecipientType.TO, new InternetAddress("用户@example.com"));
      message.setText("grüße\r\n", "UTF-8");
      message.setHeader("Content-Transfer-Encoding", "8bit");
      Transport.send(message);
      RecordingReceiver.Kept mail = receiver.next();
      assertEquals("jürgen@example.net", mail.from().text());
      assertEquals("用户@example.com", mail.recipients().getFirst().text());
      assertTrue(new String(bytes(mail), StandardCharsets.UTF_8).contains("grüße"), mail.content());
    }
  }

  @Test
  void tellsTheClientWhichRecipientsAreRefused() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.sendpartial", "true");
    try (Listener listener = roomy()) {
      MimeMessage message =
          message(session(listener, properties), "bob@example.com,unknown@example.com");
      message.setText("hello\r\n");
      SendFailedException e =
          assertThrows(SendFailedException.class, () -> Transport.send(message));
      assertEquals(1, e.getValidSentAddresses().length);
      assertEquals("unknown@example.com", e.getInvalidAddresses()[0].toString());
      assertEquals(
          List.of("bob@example.com"),
          receiver.next().recipients().stream().map(Object::toString).toList());
    }
  }

  @Test
  void tellsTheClientThatAMessageIsTooLarge() throws Exception {
    try (Listener listener = Doors.open(receiver)) {
      MimeMessage message = message(session(listener, new Properties()), "bob@example.com");
      message.setText("0123456789\r\n".repeat(6000));
      MessagingException e = assertThrows(MessagingException.class, () -> Transport.send(message));
      assertTrue(e.toString().contains("552 5.3.4"), e.toString());
    }
    assertTrue(receiver.kept.isEmpty());
  }

  private Listener roomy() throws IOException {
    return Doors.open(
        Doors.settings(
            new Settings.Limits(4 << 20, 100, 100, 5), Doors.patience(Doors.LONG), Doors.crowd(50)),
        receiver);
  }

  private static Session session(Listener listener, Properties properties) {
    InetSocketAddress address = listener.addresses().getFirst();
    properties.setProperty("mail.smtp.host", address.getAddress().getHostAddress());
    properties.setProperty("mail.smtp.port", Integer.toString(address.getPort()));
    properties.setProperty("mail.smtp.localhost", "client.example.net");
    properties.setProperty("mail.smtp.timeout", Long.toString(Doors.LONG.toMillis()));
    return Session.getInstance(properties);
  }

  private static MimeMessage message(Session session, String to) throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("alice@example.net"));
    message.setRecipients(Message.RecipientType.TO, to);
    message.setSubject("hello");
    return message;
  }

  private static byte[] bytes(RecordingReceiver.Kept mail) {
    return mail.content().getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The message with CRLF line ends, as the transport writes it.
  private static byte[] written(MimeMessage message) throws IOException, MessagingException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    message.writeTo(new CrlfOutput(bytes));
    byte[] all = bytes.toByteArray();
    // The transport ends the last line when the message doesn't.
    return all[all.length - 1] == '\n'
        ? all
        : (new String(all, StandardCharsets.ISO_8859_1) + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static final class CrlfOutput extends FilterOutputStream {
    private int last;

    CrlfOutput(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      if (b == '\n' && last != '\r') {
        out.write('\r');
      }
      out.write(b);
      last = b;
    }
  }
}
