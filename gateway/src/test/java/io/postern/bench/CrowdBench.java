package io.postern.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.postern.ChildGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// What a crowd of peers, large mails and abuse do to a gateway with the heap as shipped: its
/// memory, and how long others wait. Run its `main` with `idle`, `tls`, `large`, `abuse` or all of
/// them; this process and the gateway's each need some more open files than there are sessions.
public final class CrowdBench {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final int IDLE_SESSIONS = 5000;
  private static final int TLS_SESSIONS = 1000;
  private static final int NEWCOMERS = 200;
  private static final int LARGE_SESSIONS = 100;
  private static final int LARGE_BYTES = 25 << 20;
  private static final String PLAIN = ", tls: { enabled: false }";
  private static final String TO = "RCPT TO:<desk@in.example.com>\r\n";
  private static final String MAIL = "MAIL FROM:<ann@sender.example>\r\n" + TO + "DATA\r\n";
  private static final String SMALL = "Subject: small\r\n\r\n" + "text\r\n".repeat(600) + ".\r\n";

  private static final SSLSocketFactory TRUSTING = trusting();

  private final ChildGateway gateway;
  private final InetSocketAddress smtp;

  private CrowdBench(ChildGateway gateway, InetSocketAddress smtp) {
    this.gateway = gateway;
    this.smtp = smtp;
  }

  /// As most mail servers do, it takes any certificate.
  private static SSLSocketFactory trusting() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyCertificate()}, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final class AnyCertificate extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /// Prints the figures.
  public static void main(String[] arguments) throws Exception {
    List<String> parts =
        arguments.length == 0 ? List.of("idle", "tls", "large", "abuse") : List.of(arguments);
    for (String part : parts) {
      Path folder = Files.createTempDirectory("crowd");
      // Nobody listens there: what is kept waits.
      ChildGateway gateway =
          new ChildGateway(
                  folder,
                  URI.create("http://127.0.0.1:9/"),
                  "format: raw",
                  ", max-sessions: 6000" + (part.equals("tls") ? "" : PLAIN))
              .asShipped();
      try {
        CrowdBench bench = new CrowdBench(gateway, gateway.start());
        switch (part) {
          case "idle" -> bench.idle(IDLE_SESSIONS, false);
          case "tls" -> bench.idle(TLS_SESSIONS, true);
          case "large" -> bench.large();
          case "abuse" -> bench.abuse();
          default -> throw new IllegalArgumentException("idle, tls, large or abuse, not " + part);
        }
      } finally {
        gateway.kill();
        remove(folder);
      }
    }
  }

  private void idle(int sessions, boolean isEncrypted) throws Exception {
    newcomers(isEncrypted);
    long before = gateway.residentKb();
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      Client client = new Client();
      client.hello(isEncrypted);
      clients.add(client);
    }
    long after = gateway.residentKb();
    System.out.printf(
        Locale.ROOT,
        "idle%s: %d sessions after EHLO, RSS %.0f MB above %.0f MB, %.1f KB each; a newcomer's EHLO"
            + " %s%n",
        isEncrypted ? " in TLS" : "",
        sessions,
        (after - before) / 1024.0,
        before / 1024.0,
        (double) (after - before) / sessions,
        newcomers(isEncrypted));
    for (Client client : clients) {
      client.close();
    }
  }

  /// From the connect to the answer to EHLO, the one in TLS if they encrypt.
  private String newcomers(boolean isEncrypted) throws IOException {
    long[] nanos = new long[NEWCOMERS];
    for (int i = 0; i < NEWCOMERS; i++) {
      long start = System.nanoTime();
      try (Client client = new Client()) {
        client.hello(isEncrypted);
        nanos[i] = System.nanoTime() - start;
        client.send("QUIT\r\n");
        client.code();
      }
    }
    return spread(nanos);
  }

  private void large() throws Exception {
    byte[] line = ("0123456789".repeat(7) + "abcd\r\n").getBytes(US_ASCII);
    byte[] block = new byte[64 * line.length];
    for (int at = 0; at < block.length; at += line.length) {
      System.arraycopy(line, 0, block, at, line.length);
    }
    System.out.printf(Locale.ROOT, "small mails alone: %s%n", smalls(new AtomicBoolean(), 200));
    AtomicBoolean over = new AtomicBoolean();
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> mails = new ArrayList<>();
      for (int i = 0; i < LARGE_SESSIONS; i++) {
        mails.add(threads.submit(() -> largeMail(block)));
      }
      Future<String> beside = threads.submit((Callable<String>) () -> smalls(over, 1_000_000));
      Future<Long> peak = threads.submit(() -> peakKb(over));
      int kept = 0;
      for (Future<Integer> mail : mails) {
        kept += mail.get() == 250 ? 1 : 0;
      }
      over.set(true);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "large: %d of %d mails of 25 MB at once kept in %.1f s, %.0f MB/s, peak RSS %.0f MB,"
              + " alive %s%n",
          kept,
          LARGE_SESSIONS,
          seconds,
          LARGE_SESSIONS * 25 / seconds,
          peak.get() / 1024.0,
          gateway.isAlive());
      System.out.printf(Locale.ROOT, "small mails beside them: %s%n", beside.get());
    }
  }

  private int largeMail(byte[] block) throws IOException {
    try (Client client = new Client()) {
      client.hello();
      client.send(MAIL);
      client.code();
      client.code();
      client.code();
      client.send("Subject: large\r\n\r\n");
      for (int sent = 0; sent < LARGE_BYTES; sent += block.length) {
        client.send(block);
      }
      client.send(".\r\n");
      return client.code();
    }
  }

  /// Small mails, one after the other, each in a session of its own; from the dot to its 250.
  private String smalls(AtomicBoolean over, int max) throws IOException {
    List<Long> nanos = new ArrayList<>();
    int refused = 0;
    while (!over.get() && nanos.size() + refused < max) {
      try (Client client = new Client()) {
        client.hello();
        client.send(MAIL);
        client.code();
        client.code();
        client.code();
        long start = System.nanoTime();
        client.send(SMALL);
        if (client.code() == 250) {
          nanos.add(System.nanoTime() - start);
        } else {
          refused++;
        }
      }
    }
    return spread(nanos.stream().mapToLong(Long::longValue).toArray()) + ", not kept " + refused;
  }

  private long peakKb(AtomicBoolean over) throws IOException {
    long peak = 0;
    while (!over.get() && gateway.isAlive()) {
      peak = Math.max(peak, gateway.residentKb());
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    return peak;
  }

  private void abuse() throws Exception {
    newcomers(false);
    long before = gateway.residentKb();
    abuse("100,000 junk commands", "JUNK me\r\n", 100_000);
    abuse("100,000 NOOPs", "NOOP\r\n", 100_000);
    abuse("a command line of 100 MB", "x".repeat(1 << 20), 100);
    String start = "EHLO client.example.net\r\n" + MAIL;
    abuse("a message line of 100 MB", start, "x".repeat(1 << 20), 100, "\r\n.\r\nQUIT\r\n");
    abuse("a million header lines", start, "X: y\r\n", 1_000_000, "\r\n.\r\nQUIT\r\n");
    abuse("a million recipients", "EHLO client.example.net\r\nMAIL FROM:<>\r\n", TO, 1_000_000, "");
    System.out.printf(
        Locale.ROOT,
        "RSS %.0f MB, before %.0f MB%n",
        gateway.residentKb() / 1024.0,
        before / 1024.0);
  }

  private void abuse(String name, String part, int times) throws Exception {
    abuse(name, "", part, times, "QUIT\r\n");
  }

  /// Says all of it without waiting for replies, and tells what the last reply was.
  private void abuse(String name, String start, String part, int times, String end)
      throws Exception {
    long from = System.nanoTime();
    try (Client client = new Client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> last = threads.submit(client::last);
      int said = 0;
      try {
        client.send(start);
        int step = Math.max(1, 4096 / part.length());
        byte[] bytes = part.repeat(step).getBytes(US_ASCII);
        for (; said < times; said += step) {
          client.send(bytes);
        }
        client.send(end);
      } catch (IOException _) {
        // It was hung up on.
      }
      String reply = last.get(60, TimeUnit.SECONDS);
      System.out.printf(
          Locale.ROOT,
          "%s: %d sent in %.1f s, RSS %.0f MB, at the end: %s%n",
          name,
          Math.min(said, times),
          (System.nanoTime() - from) / 1e9,
          gateway.residentKb() / 1024.0,
          reply);
    }
  }

  private static String spread(long[] nanos) {
    Arrays.sort(nanos);
    return nanos.length == 0
        ? "none"
        : String.format(
            Locale.ROOT,
            "p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d",
            nanos[nanos.length / 2] / 1e6,
            nanos[nanos.length * 99 / 100] / 1e6,
            nanos[nanos.length - 1] / 1e6,
            nanos.length);
  }

  private static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  private final class Client implements AutoCloseable {
    private Socket socket = new Socket();
    private InputStream in;

    Client() throws IOException {
      socket.connect(smtp);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) Duration.ofMinutes(2).toMillis());
      in = socket.getInputStream();
    }

    void hello() throws IOException {
      code();
      send("EHLO client.example.net\r\n");
      code();
    }

    /// Says EHLO, and when it encrypts, both before that and behind it.
    void hello(boolean isEncrypted) throws IOException {
      hello();
      if (isEncrypted) {
        send("STARTTLS\r\n");
        code();
        socket = TRUSTING.createSocket(socket, "mx.example.com", socket.getPort(), true);
        in = socket.getInputStream();
        send("EHLO client.example.net\r\n");
        code();
      }
    }

    void send(String text) throws IOException {
      send(text.getBytes(US_ASCII));
    }

    void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
    }

    /// The code of the next reply.
    int code() throws IOException {
      String line = line();
      while (line.length() > 3 && line.charAt(3) == '-') {
        line = line();
      }
      return line.length() < 3 ? 0 : Integer.parseInt(line.substring(0, 3));
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
        line.append((char) b);
      }
      return line.toString().strip();
    }

    /// The last line before the connection ends, but for the answer to QUIT.
    String last() {
      StringBuilder tail = new StringBuilder();
      byte[] block = new byte[8192];
      try {
        for (int length = in.read(block); length >= 0; length = in.read(block)) {
          tail.append(new String(block, 0, length, US_ASCII));
          tail.delete(0, Math.max(0, tail.length() - 600));
        }
      } catch (IOException _) {
        tail.append(" (reset)");
      }
      String said = tail.toString().replaceFirst("221 .*\r\n$", "").strip();
      return said.substring(said.lastIndexOf('\n') + 1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
