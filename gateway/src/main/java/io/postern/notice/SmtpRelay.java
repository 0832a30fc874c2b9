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
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.Serial;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/// The relay that carries notices, spoken to by angus-mail. Holds no connection: each mail has its
/// own.
public final class SmtpRelay {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

  /// How long an answer may take. To a whole mail RFC 5321 §4.5.3.2.6 allows 10 minutes: who waits
  /// for less gives up on mail that is delivered, and sends it again.
  private static final Duration ANSWER_MAX = Duration.ofMinutes(10);

  /// The same where a person waits for it.
  private static final Duration TRIAL_ANSWER_MAX = Duration.ofSeconds(30);

  /// How much longer than one answer all of it may take. It also ends a write that hangs, which has
  /// no time-out of its own.
  private static final Duration WHOLE_MORE = Duration.ofMinutes(2);

  /// The library's name for encryption from the first byte.
  private static final String ENCRYPTED = "smtps";

  private static final int REASON_CHARS_MAX = 300;
  private static final int RCPT_OK = 250;
  private static final int RCPT_FORWARDED = 251;
  private static final int REFUSALS_FROM = 400;

  private final Settings settings;
  private final Duration answerMax;

  /// Makes one; nothing is connected yet.
  public SmtpRelay(Settings settings) {
    this(settings, ANSWER_MAX);
  }

  /// @param answerMax how long the relay may take to answer a notice
  SmtpRelay(Settings settings, Duration answerMax) {
    this.settings = settings;
    this.answerMax = answerMax;
  }

  /// The relay had the whole mail, and it is not known what it does with it: it may deliver it.
  static final class Unanswered extends IOException {
    @Serial private static final long serialVersionUID = 1;

    Unanswered(IOException why) {
      super("it had the whole mail and did not say what becomes of it: " + why.getMessage(), why);
    }
  }

  /// Sends a mail to all of the settings' addresses.
  ///
  /// @return the addresses that the relay refused, each with its words; it took the mail for the
  ///   others
  /// @throws Unanswered with one sentence, when it may have taken the mail
  /// @throws IOException with one sentence, when it took the mail for nobody
  List<String> send(Letter letter) throws IOException {
    return send(letter, answerMax);
  }

  private List<String> send(Letter letter, Duration answer) throws IOException {
    AtomicBoolean mayBeTaken = new AtomicBoolean();
    try {
      return inTime(answer.plus(WHOLE_MORE), () -> send(letter, session(answer), mayBeTaken));
    } catch (IOException e) {
      throw mayBeTaken.get() ? new Unanswered(e) : e;
    }
  }

  private List<String> send(Letter letter, Session session, AtomicBoolean mayBeTaken)
      throws MessagingException, IOException {
    MimeMessage message = message(letter, session);
    SMTPTransport transport = connect(session, mayBeTaken);
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
  }

  /// Sends a test, which tells that notices arrive.
  ///
  /// @param id the left part of its Message-ID
  /// @return as [#send]
  /// @throws IOException as [#send]
  public List<String> sendTest(String id, Instant now) throws IOException {
    return send(Letter.test(id, settings.hostName(), now), TRIAL_ANSWER_MAX);
  }

  /// Does all that comes before the mail itself: connects, encrypts, logs in, and asks whether the
  /// sender and the recipients may be. Nothing is sent.
  ///
  /// @return the addresses that the relay refuses, each with its words
  /// @throws IOException with one sentence, when the relay would take no mail from here
  public List<String> rehearse() throws IOException {
    return inTime(
        TRIAL_ANSWER_MAX.plus(WHOLE_MORE),
        () -> {
          SMTPTransport transport = connect(session(TRIAL_ANSWER_MAX), new AtomicBoolean());
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

  /// Notes that the relay may have taken the mail: from when on the end of it is on its way, and
  /// until the relay says that it has not.
  private static final class Carrier extends SMTPTransport {
    private static final String END = ".";

    private final AtomicBoolean mayBeTaken;
    private boolean isEnding;

    Carrier(Session session, String protocol, AtomicBoolean mayBeTaken) {
      super(
          session,
          new URLName(protocol, null, -1, null, null, null),
          protocol,
          protocol.equals(ENCRYPTED));
      this.mayBeTaken = mayBeTaken;
    }

    @Override
    protected void sendCommand(String command) throws MessagingException {
      isEnding = command.equals(END);
      if (!isEnding) {
        super.sendCommand(command);
        return;
      }
      mayBeTaken.set(true);
      try {
        super.sendCommand(command);
      } catch (MessagingException e) {
        mayBeTaken.set(false);
        throw e;
      }
    }

    /// A connection that was closed is no refusal; its code is -1.
    @Override
    protected int readServerResponse() throws MessagingException {
      int code = super.readServerResponse();
      if (isEnding && code >= REFUSALS_FROM) {
        mayBeTaken.set(false);
      }
      return code;
    }
  }

  private SMTPTransport connect(Session session, AtomicBoolean mayBeTaken)
      throws MessagingException, IOException {
    SMTPTransport transport = new Carrier(session, protocol(), mayBeTaken);
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
    return settings.relay().encryption() == Encryption.WHOLE ? ENCRYPTED : "smtp";
  }

  /// The properties are those of the package `org.eclipse.angus.mail.smtp`.
  private Session session(Duration answer) throws IOException {
    Relay relay = settings.relay();
    String prefix = "mail." + protocol() + ".";
    boolean isOptional = relay.encryption() == Encryption.OPTIONAL;
    Properties properties = new Properties();
    properties.put(prefix + "connectiontimeout", Long.toString(CONNECT_MAX.toMillis()));
    properties.put(prefix + "timeout", Long.toString(answer.toMillis()));
    // What the relay says to the goodbye changes nothing.
    properties.put(prefix + "quitwait", "false");
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
  private static <T> T inTime(Duration max, Callable<T> dialogue) throws IOException {
    FutureTask<T> task = new FutureTask<>(dialogue);
    Thread thread = Thread.ofVirtual().name("relay").start(task);
    try {
      return task.get(max.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(reason(words(cause)), cause);
    } catch (TimeoutException e) {
      throw new IOException("no end after " + max.toSeconds() + " s", e);
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
