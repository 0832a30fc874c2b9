package io.postern.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Certificates;
import io.postern.fixture.CurtRelay;
import io.postern.fixture.PostOffice;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.notice.Settings.Encryption;
import io.postern.notice.Settings.Login;
import io.postern.notice.Settings.Relay;
import io.postern.settings.CertificateFile;
import io.postern.settings.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;

/// The way to a relay, over real sockets: GreenMail where clear text will do, and SubEthaSMTP where
/// it takes STARTTLS and a password.
@Timeout(60)
class SmtpRelayTest {
  private static final Letter LETTER =
      new Letter(
          "01abc",
          Instant.parse("2026-11-22T10:00:00Z"),
          "Postern mx.example.com: rule büro is gone",
          "Line one\nüber\n" + "x".repeat(1_200) + "\n");

  private static final Certificates.Made OWN = Certificates.ec("localhost");

  @TempDir private Path folder;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private @Nullable SMTPServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop();
    }
  }

  private static SmtpRelay relay(Relay relay, String... to) {
    return new SmtpRelay(settings(relay, to));
  }

  private static Settings settings(Relay relay, String... to) {
    return new Settings(
        "mx.example.com",
        address("postern"),
        Arrays.stream(to).map(SmtpRelayTest::address).toList(),
        relay,
        Duration.ofDays(1),
        20);
  }

  private static Address address(String local) {
    return new Address(local, new Domain("example.com"));
  }

  private static Relay plain(int port) {
    return new Relay("127.0.0.1", port, Encryption.OPTIONAL, null, null);
  }

  private Relay encrypted(Encryption encryption, Certificates.Made trusted, String password)
      throws IOException {
    Path ca = folder.resolve("ca.pem");
    Files.writeString(ca, trusted.certificatePem());
    return new Relay(
        "localhost",
        server.getPortAllocated(),
        encryption,
        new CertificateFile(ca),
        new Login("postern", secret(password)));
  }

  private static Secret secret(String value) {
    return new Secret() {
      @Override
      public String value() throws IOException {
        if (value.isEmpty()) {
          throw new IOException("the credential relay-password can't be read");
        }
        return value;
      }

      @Override
      public String name() {
        return "credential relay-password";
      }
    };
  }

  @Test
  void aNoticeIsAProperMail() throws Exception {
    try (PostOffice office = PostOffice.start()) {
      assertEquals(List.of(), relay(plain(office.port()), "ops", "night").send(LETTER));
      assertEquals(2, office.taken().size());
      PostOffice.Taken mail = office.last();
      assertEquals(LETTER.subject(), mail.subject());
      assertEquals(LETTER.text().strip(), mail.text().strip());
      assertEquals("Postern <postern@example.com>", mail.header("From"));
      assertEquals("ops@example.com, night@example.com", mail.header("To"));
      assertEquals("<01abc@mx.example.com>", mail.header("Message-ID"));
      assertEquals("auto-generated", mail.header("Auto-Submitted"));
      assertEquals(LETTER.date(), mail.message().getSentDate().toInstant());
      assertEquals("text/plain; charset=UTF-8", mail.header("Content-Type"));
      assertEquals("1.0", mail.header("MIME-Version"));
      assertTrue(
          new String(mail.message().getRawInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .allMatch(line -> line.length() <= 998),
          "RFC 5322 §2.1.1");
    }
  }

  @Test
  void sendsOverStartTlsWithAPassword() throws Exception {
    listen(true);
    relay(encrypted(Encryption.REQUIRED, OWN, "s3cret"), "ops").send(LETTER);
    assertEquals(
        List.of(
            "login postern s3cret",
            "from postern@example.com encrypted",
            "to ops@example.com",
            "message"),
        heard);
  }

  @Test
  void rehearsesWithoutSending() throws Exception {
    listen(true);
    assertEquals(List.of(), relay(encrypted(Encryption.REQUIRED, OWN, "s3cret"), "ops").rehearse());
    assertEquals(
        List.of("login postern s3cret", "from postern@example.com encrypted", "to ops@example.com"),
        heard);
  }

  @Test
  void tellsWhomTheRelayRefuses() throws Exception {
    listen(false);
    SmtpRelay relay = relay(plain(server.getPortAllocated()), "ops", "nobody");
    List<String> refused = relay.send(LETTER);
    assertEquals(1, refused.size());
    assertTrue(refused.getFirst().startsWith("nobody@example.com: "), refused.getFirst());
    assertTrue(refused.getFirst().contains("550 5.1.1 no such user"), refused.getFirst());
    assertTrue(heard.contains("message"), heard.toString());
    assertEquals(List.of("nobody@example.com: 550 5.1.1 no such user"), relay.rehearse());
    refuses(relay(plain(server.getPortAllocated()), "nobody"), "550 5.1.1 no such user");
  }

  @Test
  void sendsNothingInClearTextWhereTlsIsRequired() throws Exception {
    listen(false);
    refuses(relay(encrypted(Encryption.REQUIRED, OWN, "s3cret"), "ops"), "STARTTLS is required");
    assertEquals(List.of(), heard);
  }

  @Test
  void sendsNothingToARelayThatNobodyVouchesFor() throws Exception {
    listen(true);
    // Of the same name, and signed by another key.
    Certificates.Made other = Certificates.ec("localhost");
    refuses(relay(encrypted(Encryption.REQUIRED, other, "s3cret"), "ops"), "TLS");
    assertEquals(List.of(), heard);
  }

  @Test
  void sendsNothingToARelayOfAnotherName() throws Exception {
    Certificates.Made other = Certificates.ec("other.example.com");
    listen(other);
    refuses(relay(encrypted(Encryption.REQUIRED, other, "s3cret"), "ops"), "localhost");
    assertEquals(List.of(), heard);
  }

  @Test
  void encryptsWhereItMayAndLooksAtNoCertificate() throws Exception {
    listen(Certificates.ec("other.example.com"));
    relay(plain(server.getPortAllocated()), "ops").send(LETTER);
    assertTrue(heard.contains("from postern@example.com encrypted"), heard.toString());
  }

  @Test
  void saysWhyALoginFails() throws Exception {
    listen(true);
    refuses(relay(encrypted(Encryption.REQUIRED, OWN, "wrong"), "ops"), "535");
    refuses(
        relay(encrypted(Encryption.REQUIRED, OWN, ""), "ops"),
        "the credential relay-password can't be read");
    assertEquals(List.of(), heard);
  }

  @Test
  void whatIsTakenIsSentWhateverBecomesOfTheGoodbye() {
    try (CurtRelay curt = CurtRelay.start("250 taken", CurtRelay.SILENCE)) {
      assertEquals(
          List.of(),
          assertTimeoutPreemptively(
              Duration.ofSeconds(20), () -> relay(plain(curt.port()), "ops").send(LETTER)));
      assertEquals(1, curt.mails());
    }
  }

  @Test
  void aWholeMailWithoutAnAnswerMayHaveArrived() {
    try (CurtRelay curt = CurtRelay.start(CurtRelay.SILENCE, "221 bye")) {
      SmtpRelay relay = new SmtpRelay(settings(plain(curt.port()), "ops"), Duration.ofSeconds(2));
      IOException sent =
          assertThrows(SmtpRelay.Unanswered.class, () -> relay.send(LETTER), "no answer is none");
      assertTrue(sent.getMessage().contains("Read timed out"), sent.getMessage());
      assertEquals(1, curt.mails());
    }
    try (CurtRelay curt = CurtRelay.start("554 no such notices here", "221 bye")) {
      SmtpRelay relay = relay(plain(curt.port()), "ops");
      IOException sent = assertThrows(IOException.class, () -> relay.send(LETTER));
      assertFalse(sent instanceof SmtpRelay.Unanswered, "a refusal is an answer");
      assertTrue(sent.getMessage().contains("554 no such notices here"), sent.getMessage());
    }
  }

  private static void refuses(SmtpRelay relay, String why) {
    IOException sent = assertThrows(IOException.class, () -> relay.send(LETTER));
    assertTrue(sent.getMessage().contains(why), sent.getMessage());
    assertEquals(1, sent.getMessage().lines().count(), sent.getMessage());
  }

  private void listen(boolean encrypts) throws Exception {
    start(encrypts ? encrypting(OWN) : SMTPServer.port(0));
  }

  private void listen(Certificates.Made made) throws Exception {
    start(encrypting(made));
  }

  private void start(SMTPServer.Builder builder) {
    server =
        builder
            .messageHandlerFactory(this::handler)
            .bindAddress(InetAddress.ofLiteral("127.0.0.1"))
            .build();
    server.start();
  }

  private SMTPServer.Builder encrypting(Certificates.Made made) throws Exception {
    return SMTPServer.port(0)
        .enableTLS()
        .startTlsSocketFactory(serving(made))
        .authenticationHandlerFactory(
            new EasyAuthenticationHandlerFactory(
                (user, password, _) -> {
                  if (!password.equals("s3cret")) {
                    throw new LoginFailedException();
                  }
                  heard.add("login " + user + " " + password);
                }));
  }

  private static SSLContext serving(Certificates.Made made)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", made.privateKey(), new char[0], new X509Certificate[] {made.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private MessageHandler handler(MessageContext context) {
    return new MessageHandler() {
      @Override
      public void from(String from) {
        boolean isEncrypted = ((Session) context).isTLSStarted();
        heard.add("from " + from + (isEncrypted ? " encrypted" : ""));
      }

      @Override
      public void recipient(String to) throws RejectException {
        if (to.startsWith("nobody@")) {
          throw new RejectException(550, "5.1.1 no such user");
        }
        heard.add("to " + to);
      }

      @Override
      public String data(InputStream data) throws IOException {
        data.transferTo(OutputStream.nullOutputStream());
        heard.add("message");
        return null;
      }

      @Override
      public void done() {}
    };
  }
}
