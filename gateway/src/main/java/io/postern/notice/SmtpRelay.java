package io.postern.notice;

import io.postern.mail.Address;
import io.postern.notice.Settings.Encryption;
import io.postern.notice.Settings.Login;
import io.postern.notice.Settings.Relay;
import io.postern.settings.CertificateFile;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/// The relay that carries notices, spoken to by angus-mail. Holds no connection: each mail has its
/// own.
public final class SmtpRelay {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
  private static final Duration READ_MAX = Duration.ofSeconds(30);

  /// How long all of it may take. It also ends a write that hangs, which has no time-out of its
  /// own.
  private static final Duration WHOLE_MAX = Duration.ofMinutes(2);

  private static final int REASON_CHARS_MAX = 300;
  private static final int RCPT_OK = 250;
  private static final int RCPT_FORWARDED = 251;

  private final Settings settings;

  /// Makes one; nothing is connected yet.
  public SmtpRelay(Settings settings) {
    this.settings = settings;
  }

  /// Sends a mail to all of the settings' addresses.
  ///
  /// @return the addresses that the relay refused, each with its words; it took the mail for the
  ///   others
  /// @throws IOException with one sentence, when it took the mail for nobody
  List<String> send(Letter letter) throws IOException {
    return inTime(
        () -> {
          Session session = session();
          MimeMessage message = message(letter, session);
          SMTPTransport transport = connect(session);
          try {
            transport.sendMessage(message, message.getAllRecipients());
            return List.of();
          } catch (SendFailedException e) {
            if (e.getValidSentAddresses() == null || e.getValidSentAddresses().length == 0) {
              throw e;
            }
            return refused(e);
          } finally {
            hangUp(transport);
          }
        });
  }

  /// Sends a test, which tells that notices arrive.
  ///
  /// @param id the left part of its Message-ID
  /// @return as [#send]
  /// @throws IOException as [#send]
  public List<String> sendTest(String id, Instant now) throws IOException {
    return send(Letter.test(id, settings.hostName(), now));
  }

  /// Does all that comes before the mail itself: connects, encrypts, logs in, and asks whether the
  /// sender and the recipients may be. Nothing is sent.
  ///
  /// @return the addresses that the relay refuses, each with its words
  /// @throws IOException with one sentence, when the relay would take no mail from here
  public List<String> rehearse() throws IOException {
    return inTime(
        () -> {
          SMTPTransport transport = connect(session());
          try {
            transport.issueCommand("MAIL FROM:<" + settings.from() + ">", RCPT_OK);
            List<String> refused = new ArrayList<>();
            for (Address to : settings.to()) {
              transport.issueCommand("RCPT TO:<" + to + ">", -1);
              int code = transport.getLastReturnCode();
              if (code != RCPT_OK && code != RCPT_FORWARDED) {
                refused.add(to + ": " + reason(transport.getLastServerResponse()));
              }
            }
            transport.issueCommand("RSET", -1);
            return refused;
          } finally {
            hangUp(transport);
          }
        });
  }

  private SMTPTransport connect(Session session) throws MessagingException, IOException {
    SMTPTransport transport = (SMTPTransport) session.getTransport(protocol());
    Relay relay = settings.relay();
    @Nullable Login login = relay.login();
    if (login == null) {
      transport.connect(relay.host(), relay.port(), null, null);
    } else {
      transport.connect(relay.host(), relay.port(), login.user(), login.password().value());
    }
    return transport;
  }

  private String protocol() {
    return settings.relay().encryption() == Encryption.WHOLE ? "smtps" : "smtp";
  }

  /// The properties are those of the package `org.eclipse.angus.mail.smtp`.
  private Session session() throws IOException {
    Relay relay = settings.relay();
    String prefix = "mail." + protocol() + ".";
    boolean isOptional = relay.encryption() == Encryption.OPTIONAL;
    Properties properties = new Properties();
    properties.put(prefix + "connectiontimeout", Long.toString(CONNECT_MAX.toMillis()));
    properties.put(prefix + "timeout", Long.toString(READ_MAX.toMillis()));
    // Otherwise it looks up what this machine is called.
    properties.put(prefix + "localhost", settings.hostName());
    properties.put(prefix + "from", settings.from().text());
    properties.put(prefix + "sendpartial", "true");
    properties.put(prefix + "starttls.enable", "true");
    properties.put(
        prefix + "starttls.required", Boolean.toString(relay.encryption() == Encryption.REQUIRED));
    properties.put(prefix + "ssl.protocols", "TLSv1.2 TLSv1.3");
    properties.put(prefix + "ssl.checkserveridentity", Boolean.toString(!isOptional));
    if (isOptional) {
      properties.put(prefix + "ssl.trust", "*");
    }
    @Nullable CertificateFile ca = relay.ca();
    if (ca != null) {
      properties.put(prefix + "ssl.socketFactory", ca.trusting(ca.read()).getSocketFactory());
      properties.put(prefix + "ssl.socketFactory.fallback", "false");
    }
    properties.put(prefix + "auth", Boolean.toString(relay.login() != null));
    // The others are weak or need more than a password.
    properties.put(prefix + "auth.mechanisms", "PLAIN LOGIN");
    return Session.getInstance(properties);
  }

  private MimeMessage message(Letter letter, Session session)
      throws MessagingException, IOException {
    String messageId = "<" + letter.id() + "@" + settings.hostName() + ">";
    MimeMessage message =
        new MimeMessage(session) {
          // The library's own would tell the user's name.
          @Override
          protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", messageId);
          }
        };
    message.setFrom(
        new InternetAddress(settings.from().text(), "Postern", StandardCharsets.US_ASCII.name()));
    for (Address to : settings.to()) {
      message.addRecipient(RecipientType.TO, new InternetAddress(to.text()));
    }
    message.setSentDate(Date.from(letter.date()));
    message.setSubject(letter.subject(), StandardCharsets.UTF_8.name());
    // RFC 3834 §5: nobody on holiday should answer.
    message.setHeader("Auto-Submitted", "auto-generated");
    message.setText(letter.text(), StandardCharsets.UTF_8.name());
    message.saveChanges();
    return message;
  }

  /// Whether the mail was taken is known by now, whatever becomes of the goodbye.
  private static void hangUp(SMTPTransport transport) {
    try {
      transport.close();
    } catch (MessagingException _) {
      // There is nothing left to say.
    }
  }

  private static List<String> refused(SendFailedException e) {
    return Stream.of(e.getInvalidAddresses(), e.getValidUnsentAddresses())
        .filter(all -> all != null)
        .flatMap(Arrays::stream)
        .map(address -> address + ": " + reason(words(e)))
        .toList();
  }

  /// Runs a dialogue on a thread of its own, which can be cut off: an interrupt closes the socket
  /// that a virtual thread waits for.
  private static <T> T inTime(Callable<T> dialogue) throws IOException {
    FutureTask<T> task = new FutureTask<>(dialogue);
    Thread thread = Thread.ofVirtual().name("relay").start(task);
    try {
      return task.get(WHOLE_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(reason(words(cause)), cause);
    } catch (TimeoutException e) {
      throw new IOException("no end after " + WHOLE_MAX.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("cut off, for the gateway stops", e);
    } finally {
      thread.interrupt();
    }
  }

  /// The library tells the outermost of what went wrong; the reason is often further in.
  private static String words(Throwable failure) {
    StringBuilder words = new StringBuilder();
    @Nullable Throwable next = failure;
    while (next != null) {
      String text = next.getMessage() == null ? next.getClass().getSimpleName() : next.getMessage();
      if (words.indexOf(text) < 0) {
        words.append(words.isEmpty() ? "" : ": ").append(text);
      }
      next = next.getCause();
    }
    return words.toString();
  }

  private static String reason(String words) {
    return PlainText.of(words.strip().replaceAll("\\s*\\R\\s*", " / "), REASON_CHARS_MAX);
  }
}
