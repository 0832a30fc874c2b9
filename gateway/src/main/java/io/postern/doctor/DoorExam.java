package io.postern.doctor;

import io.postern.config.Config;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Whether the gateway answers where it listens. Seen from this machine: a firewall in front of it
/// is not seen.
///
/// @param isTlsAtOnce true where nothing is said before a handshake
record DoorExam(Config config, InetSocketAddress address, boolean isTlsAtOnce)
    implements Exam.Look {
  private static final Duration WAIT_MAX = Duration.ofSeconds(10);
  private static final String SUBJECT = "door";
  private static final int LINE_MAX = 2_000;
  private static final int LINES_MAX = 100;

  /// One for each address, but for ports that are given by chance.
  static List<Exam> all(Config config) {
    List<Exam> exams = new ArrayList<>();
    for (InetSocketAddress address : config.smtp().listen()) {
      exams.add(new Exam(SUBJECT, new DoorExam(config, address, false)));
    }
    for (InetSocketAddress address : config.smtp().tls().listen()) {
      exams.add(new Exam(SUBJECT, new DoorExam(config, address, true)));
    }
    return exams;
  }

  @Override
  public List<Finding> findings() {
    if (address.getPort() == 0) {
      return List.of(Finding.ok(SUBJECT, "a port that is free at the start can't be examined"));
    }
    InetSocketAddress reached =
        new InetSocketAddress(reachable(address.getAddress()), address.getPort());
    String where = reached.getAddress().getHostAddress() + " port " + reached.getPort();
    try (Socket socket = new Socket()) {
      int waitMs = Math.toIntExact(WAIT_MAX.toMillis());
      socket.connect(reached, waitMs);
      socket.setSoTimeout(waitMs);
      return isTlsAtOnce
          ? List.of(Finding.ok(SUBJECT, "somebody listens at " + where))
          : converse(socket, where);
    } catch (SocketTimeoutException _) {
      return List.of(
          Finding.error(
              SUBJECT,
              "nobody says anything at " + where,
              "journalctl -u postern; a listener that expects the PROXY protocol from here is"
                  + " silent"));
    } catch (IOException e) {
      return List.of(
          Finding.error(
              SUBJECT,
              "nobody listens at %s: %s".formatted(where, e.getMessage()),
              "systemctl start postern; journalctl -u postern"));
    }
  }

  private static InetAddress reachable(InetAddress bound) {
    if (!bound.isAnyLocalAddress()) {
      return bound;
    }
    return InetAddress.ofLiteral(bound instanceof Inet6Address ? "::1" : "127.0.0.1");
  }

  private List<Finding> converse(Socket socket, String where) throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    String greeting = reply(in).getLast();
    String host = config.hostName().ascii();
    if (!greeting.startsWith("220")) {
      return List.of(
          Finding.warning(
              SUBJECT, "%s answers %s".formatted(where, cut(greeting)), "journalctl -u postern"));
    }
    if (!greeting.toLowerCase(Locale.ROOT).startsWith("220 " + host)) {
      return List.of(
          Finding.error(
              SUBJECT,
              "another server is at %s: %s".formatted(where, cut(greeting)),
              "ss -ltnp 'sport = :%d' names it".formatted(address.getPort())));
    }
    List<String> offers = ask(socket, in, "EHLO " + host);
    ask(socket, in, "QUIT");
    boolean isEncrypted =
        offers.stream().anyMatch(line -> line.length() > 4 && line.substring(4).equals("STARTTLS"));
    if (config.tls() != null && !isEncrypted) {
      return List.of(
          Finding.warning(
              SUBJECT,
              "%s answers, and offers no STARTTLS".formatted(where),
              whoTells() + " tells what is wrong with the certificate"));
    }
    return List.of(
        Finding.ok(
            SUBJECT,
            "%s answers%s; from outside look with: nc -v %s %d"
                .formatted(
                    where, isEncrypted ? " and offers STARTTLS" : "", host, address.getPort())));
  }

  private String whoTells() {
    return config.console() == null || config.console().listen().getPort() == 0
        ? "journalctl -u postern"
        : "curl -s %s/health".formatted(authority(config.console().listen()));
  }

  private static String authority(InetSocketAddress listen) {
    String host = listen.getAddress().getHostAddress();
    return (listen.getAddress() instanceof Inet6Address ? "[" + host + "]" : host)
        + ":"
        + listen.getPort();
  }

  private static List<String> ask(Socket socket, InputStream in, String command)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return reply(in);
  }

  /// All lines of a reply (RFC 5321 §4.2.1), at least one.
  private static List<String> reply(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean more = true;
    while (more) {
      String line = line(in);
      if (lines.size() == LINES_MAX) {
        throw new IOException("its reply never ended");
      }
      lines.add(line);
      more = line.length() > 3 && line.charAt(3) == '-';
    }
    return lines;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.length() == LINE_MAX) {
        throw new IOException("it hung up, or its line never ended");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private static String cut(String line) {
    String clean = line.replaceAll("\\p{Cntrl}", "?");
    return clean.length() > 80 ? clean.substring(0, 80) + "..." : clean;
  }
}
