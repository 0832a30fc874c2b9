package io.postern.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.journal.Arrival;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The least that passes for a gateway in front of the demo: it speaks SMTP, posts forms, keeps
/// rows, retries at once, and does one thing wrong when told to.
final class StandIn implements Demo.Running {
  /// What it does wrong.
  enum Fault {
    NONE,
    ACCEPTS_FORGED,
    CHANGES_ATTACHMENT,
    NEW_ID_AT_RETRY,
    SILENT
  }

  private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Row> rows = new CopyOnWriteArrayList<>();
  private final Path rules;
  private final Fault fault;
  private final InstantSource clock;

  private StandIn(Path rules, Fault fault, InstantSource clock) throws IOException {
    this.rules = rules;
    this.fault = fault;
    this.clock = clock;
  }

  static StandIn start(Path configuration, Fault fault, InstantSource clock) throws IOException {
    StandIn standIn = new StandIn(configuration.resolveSibling("rules"), fault, clock);
    Thread.ofVirtual().start(standIn::accept);
    return standIn;
  }

  @Override
  public InetSocketAddress smtp() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  @Override
  public List<Row> after(long number) {
    return rows.stream().filter(row -> row.number() > number).toList();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try (Socket socket = listener.accept()) {
        session(socket);
      } catch (IOException _) {
        // Closed at the end of the test.
      }
    }
  }

  private void session(Socket socket) throws IOException {
    var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    say(socket, "220 mx.example.com ready");
    String to = "";
    if (fault == Fault.SILENT) {
      in.lines().forEach(_ -> {});
      return;
    }
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line.split("[ :]", 2)[0]) {
        case "EHLO" -> say(socket, "250-mx.example.com\r\n250-PIPELINING\r\n250 SIZE 1048576");
        case "RCPT" -> {
          to = line.replaceAll(".*<|>.*", "");
          say(socket, "250 2.1.5 OK");
        }
        case "DATA" -> {
          say(socket, "354 go on");
          StringBuilder message = new StringBuilder();
          for (line = in.readLine(); !line.equals("."); line = in.readLine()) {
            message.append(line).append("\r\n");
          }
          message(socket, to, message.toString());
        }
        default -> say(socket, "250 2.0.0 OK");
      }
    }
  }

  private static void say(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
  }

  private void message(Socket socket, String to, String text) throws IOException {
    try {
      MimeMessage mail =
          new MimeMessage(
              Session.getInstance(new Properties()),
              new ByteArrayInputStream(text.getBytes(UTF_8)));
      if (text.contains("director@in.example.com")) {
        note(mail, to, Status.DENIED, Step.NONE, "header From is in a permitted domain");
        boolean refuse = fault != Fault.ACCEPTS_FORGED;
        say(socket, refuse ? "550 5.7.1 forged" : "250 2.0.0 kept");
        return;
      }
      String id = "id-" + to.charAt(0);
      note(mail, to, Status.QUEUED, step(id, 0, 0), "");
      say(socket, "250 2.0.0 " + id);
      byte[] form = form(mail);
      int attempt = 1;
      for (int status = post(to, id, attempt, form); status != 200; ) {
        note(mail, to, Status.DEFERRED, step(id, attempt++, status), "HTTP " + status);
        status = post(to, fault == Fault.NEW_ID_AT_RETRY ? "other" : id, attempt, form);
      }
      note(mail, to, Status.SUCCEEDED, step(id, attempt, 200), "");
    } catch (MessagingException e) {
      throw new IOException(e);
    }
  }

  private static Step step(String id, int attempt, int httpStatus) {
    return new Step(id, "rule", attempt, httpStatus, Duration.ofMillis(1), null);
  }

  private void note(MimeMessage mail, String to, Status status, Step step, String reason)
      throws MessagingException {
    // To the millisecond, as the store keeps it.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Arrival arrival = new Arrival(now, "s", "peer", "x", to, mail.getMessageID());
    rows.add(new Row(rows.size() + 1, now, status, reason, arrival, step));
  }

  private int post(String to, String id, int attempt, byte[] form) throws IOException {
    String rule =
        Files.readString(rules.resolve(to.split("@", 2)[0].toLowerCase(Locale.ROOT) + ".yaml"));
    Matcher url = Pattern.compile("url: (\\S+)").matcher(rule);
    if (!url.find()) {
      throw new AssertionError("a rule without url: " + rule);
    }
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(url.group(1)))
                  .version(HttpClient.Version.HTTP_1_1)
                  .header("Content-Type", "multipart/form-data; boundary=b")
                  .header("webhook-id", id)
                  .header("postern-attempt", "" + attempt)
                  .POST(BodyPublishers.ofByteArray(form))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private byte[] form(MimeMessage mail) throws MessagingException, IOException {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    field(
        form,
        "\"headers\"",
        "[{\"name\":\"X\",\"value\":\"y\"},{\"name\":\"Subject\",\"value\":\"s\"}]");
    field(form, "\"subject\"", mail.getSubject());
    field(form, "\"message-id\"", mail.getMessageID());
    if (mail.getContent() instanceof MimeMultipart parts) {
      field(form, "\"text\"", (String) parts.getBodyPart(0).getContent());
      field(form, "\"attachments\"", "1");
      BodyPart file = parts.getBodyPart(1);
      String content = new String(file.getInputStream().readAllBytes(), UTF_8);
      field(
          form,
          "\"attachment1\"; filename=\"" + Letter.FILE_NAME + "\"",
          fault == Fault.CHANGES_ATTACHMENT ? content + "!" : content);
    }
    form.writeBytes("--b--\r\n".getBytes(UTF_8));
    return form.toByteArray();
  }

  private static void field(ByteArrayOutputStream form, String name, String value) {
    form.writeBytes(
        ("--b\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n" + value + "\r\n")
            .getBytes(UTF_8));
  }

  @Override
  public void close() {
    try {
      listener.close();
      http.shutdownNow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
