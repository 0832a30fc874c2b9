package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.NeedsProgram;
import io.postern.fixture.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The door as the clients meet it that others have written: swaks, Postfix's smtp-source, and the
/// smtplib of Python. jakarta.mail, which knows BDAT, is in [MailClientTest].
@Timeout(180)
final class RealClientsTest {
  private final RecordingReceiver receiver = new RecordingReceiver();
  private Listener listener;

  @BeforeEach
  void open() throws IOException {
    listener = Doors.open(receiver);
  }

  @AfterEach
  void close() {
    listener.close();
  }

  @Test
  @NeedsProgram("swaks")
  void swaksPipelinesAMailToTwo() throws Exception {
    Program.Run run =
        swaks(
                "--pipeline",
                "--to",
                "bob@example.com,carol@example.com",
                "--data",
                "Subject: hello\\n\\n.a line with a dot\\n")
            .expect(0);
    RecordingReceiver.Kept mail = receiver.next();
    assertEquals("alice@example.net", mail.from().text());
    assertEquals(
        List.of("bob@example.com", "carol@example.com"),
        mail.recipients().stream().map(Object::toString).toList());
    // It puts a line end of its own behind the message.
    assertEquals("Subject: hello\r\n\r\n.a line with a dot\r\n\r\n", mail.content());
    List<String> told = run.text().lines().toList();
    assertTrue(told.indexOf(" -> DATA") < told.indexOf("<-  250 2.1.0 OK"), "nothing is pipelined");
  }

  @Test
  @NeedsProgram("swaks")
  void swaksHearsWhyItIsRefused() throws Exception {
    // Its exit codes: 23 for MAIL, 24 for RCPT, 26 for what follows DATA.
    Program.Run sender =
        swaks("--to", "bob@example.com", "--from", "jürgen@example.net").expect(23);
    assertTrue(sender.text().contains("<** 553 5.6.7 "), sender.text());
    Program.Run recipient = swaks("--to", "unknown@example.com").expect(24);
    assertTrue(recipient.text().contains("<** 550 5.1.1 "), recipient.text());
    Program.Run message = swaks("--to", "spam@example.com").expect(26);
    assertTrue(message.text().contains("<** 550 5.7.1 "), message.text());
    assertTrue(receiver.kept.isEmpty());
  }

  @Test
  @NeedsProgram("smtp-source")
  void smtpSourceBringsManyMailsBySeveralSessions() throws Exception {
    Program.run(
            "smtp-source",
            "-s",
            "10",
            "-m",
            "200",
            "-l",
            "5000",
            "-r",
            "3",
            "-f",
            "alice@example.net",
            "-t",
            "bob@example.com",
            "inet:127.0.0.1:" + port())
        .expect(0);
    assertEquals(200, receiver.kept.size());
    Set<String> sessions = new HashSet<>();
    for (RecordingReceiver.Kept mail : receiver.kept) {
      assertEquals(3, mail.recipients().size());
      assertTrue(mail.content().length() >= 5000, mail.content());
      assertTrue(mail.content().endsWith("\r\n"), mail.content());
      sessions.add(mail.session());
    }
    assertTrue(sessions.size() >= 10, sessions.size() + " sessions");
  }

  @Test
  @NeedsProgram("python3")
  void smtplibSendsUtf8AndSaysTheSize(@TempDir Path folder) throws Exception {
    Path script = folder.resolve("client.py");
    Files.writeString(
        script,
        """
        import smtplib, sys
        from email.message import EmailMessage
        from email.policy import SMTPUTF8

        smtp = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), local_hostname="client.example.net", timeout=60)
        smtp.ehlo()
        print(sorted(smtp.esmtp_features.items()))

        message = EmailMessage(policy=SMTPUTF8)
        message["From"] = "jürgen@münchen.example"
        message["To"] = "用户@example.com"
        message["Subject"] = "grüße"
        message.set_content("grüße\\n.\\n..\\n", cte="8bit")
        print(smtp.send_message(message))

        try:
            smtp.sendmail("alice@example.net", ["bob@example.com"], "x" * 70000)
        except smtplib.SMTPSenderRefused as refused:
            print(refused.smtp_code, refused.smtp_error.decode())

        try:
            smtp.sendmail("alice@example.net", ["unknown@example.com"], "hello")
        except smtplib.SMTPRecipientsRefused as refused:
            print(refused.recipients["unknown@example.com"][0])

        print(smtp.verify("bob"), smtp.noop(), smtp.quit())
        """,
        StandardCharsets.UTF_8);
    String told = Program.run("python3", script.toString(), port()).expect(0).text();
    assertTrue(told.contains("('limits', 'RCPTMAX=100')"), told);
    assertTrue(told.contains("('chunking', '')"), told);
    assertTrue(told.contains("\n552 5.3.4 Message is larger than 65536 bytes"), told);
    assertTrue(told.contains("\n550\n"), told);
    assertTrue(told.contains("(252, b'2.5.2 "), told);
    assertTrue(told.contains("(221, b'2.0.0 Bye')"), told);

    RecordingReceiver.Kept mail = receiver.next();
    assertTrue(mail.utf8());
    assertEquals("jürgen@xn--mnchen-3ya.example", mail.from().text());
    assertEquals("用户@example.com", mail.recipients().getFirst().text());
    String content =
        new String(mail.content().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    assertTrue(content.contains("Subject: grüße\r\n"), content);
    assertTrue(content.endsWith("\r\ngrüße\r\n.\r\n..\r\n"), content);
    assertEquals(mail.content().length(), mail.declared(), "the SIZE it said");
    assertTrue(receiver.kept.isEmpty());
  }

  private Program.Run swaks(String... arguments) throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--server",
                "127.0.0.1",
                "--port",
                port(),
                "--helo",
                "client.example.net",
                "--timeout",
                Long.toString(Doors.LONG.toSeconds()),
                "--from",
                "alice@example.net"));
    all.addAll(List.of(arguments));
    return Program.run("swaks", all.toArray(String[]::new));
  }

  private String port() {
    return Integer.toString(listener.addresses().getFirst().getPort());
  }
}
