package io.postern;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A gateway in a process of its own, with the options of Java as shipped, which can be killed.
public final class ChildGateway {
  private static final Pattern READY = Pattern.compile("ready .*smtp=\\[/127\\.0\\.0\\.1:(\\d+)]");

  /// Seen from the module, where tests run, and from the whole, where benches do.
  private static final List<Path> LAUNCHERS =
      List.of(Path.of("src/dist/bin/postern"), Path.of("gateway/src/dist/bin/postern"));

  /// A line that gives Java an option which does not depend on where anything lies.
  private static final Pattern OPTION = Pattern.compile(" +(-X\\S+|--enable\\S+) \\\\");

  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private Process process;
  private boolean isFastToStart = true;

  /// Writes its files: one rule, for `desk@in.example.com`.
  ///
  /// @param post more lines of the rule's `post`, in flow style
  public ChildGateway(Path folder, URI url, String post) throws IOException {
    this(folder, url, post, ", tls: { enabled: false }");
  }

  /// @param smtp more keys of the section `smtp`, in flow style, each after a comma; without `tls`
  ///   it makes a certificate when it starts
  public ChildGateway(Path folder, URI url, String post, String smtp) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("rules"));
    alsoPostTo(url, "desk", post);
    Files.writeString(
        folder.resolve("postern.yaml"),
        """
        hostname: mx.example.com
        smtp: { listen: ["127.0.0.1:0"]%s }
        domains: [in.example.com]
        rules: rules
        store: { sqlite: data/postern.db }
        """
            .formatted(smtp));
  }

  /// Writes a rule for `desk@in.example.com`.
  void alsoPostTo(URI url, String rule, String post) throws IOException {
    Files.writeString(
        folder.resolve("rules").resolve(rule + ".yaml"),
        """
        name: %s
        when:
          - { header: To, matches: '^desk@' }
        post: { url: "%s", %s }
        retry: { interval: 10s, period: 1d }
        """
            .formatted(rule, url, post));
  }

  /// Has it compile hot code as `bin/postern` does, for a figure. Else it does so only half, and
  /// starts sooner.
  public ChildGateway asShipped() {
    isFastToStart = false;
    return this;
  }

  /// Writes a subscriber of all changes of deliveries, in our own format.
  ///
  /// @param eventsMax how many events a post has at most
  public void alsoTell(URI url, String name, int eventsMax) throws IOException {
    Files.createDirectories(folder.resolve("subscribers"));
    Files.writeString(
        folder.resolve("subscribers").resolve(name + ".yaml"),
        """
        name: %s
        events: [deliveries]
        post: { url: "%s", format: postern }
        batch: { max: %d }
        retry: { interval: 10s }
        """
            .formatted(name, url, eventsMax));
    Path file = folder.resolve("postern.yaml");
    if (!Files.readString(file).contains("subscribers:")) {
      Files.writeString(file, Files.readString(file) + "subscribers: subscribers\n");
    }
  }

  /// Starts it, has peers send to it, and kills it in the middle of that.
  ///
  /// @param peers how many send at once
  /// @param peer sends until its connection breaks
  /// @param isEnough when to kill it
  void killUnder(int peers, Consumer<InetSocketAddress> peer, BooleanSupplier isEnough)
      throws IOException, InterruptedException {
    InetSocketAddress smtp = start();
    List<Thread> sending = new ArrayList<>();
    for (int i = 0; i < peers; i++) {
      sending.add(Thread.ofVirtual().start(() -> peer.accept(smtp)));
    }
    TestGateway.until("enough mail was kept", isEnough);
    kill();
    for (Thread thread : sending) {
      thread.join();
    }
  }

  /// Gives it an environment variable, from its next start on.
  void environment(String name, String value) {
    environment.put(name, value);
  }

  /// Starts it, and returns where it takes mail.
  public InetSocketAddress start() throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(optionsAsShipped());
    if (isFastToStart) {
      words.add("-XX:TieredStopAtLevel=1");
    }
    words.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.postern.cli.Main",
            "serve",
            "--config",
            folder.resolve("postern.yaml").toString()));
    ProcessBuilder command = new ProcessBuilder(words).redirectErrorStream(true);
    command.environment().putAll(environment);
    process = command.start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    String line = out.readLine();
    while (line != null) {
      said.append(line).append('\n');
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        Thread.ofVirtual().start(() -> drain(out));
        return new InetSocketAddress(
            InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(ready.group(1)));
      }
      line = out.readLine();
    }
    throw new AssertionError("the gateway did not start:\n" + said);
  }

  private static List<String> optionsAsShipped() throws IOException {
    Path launcher = LAUNCHERS.stream().filter(Files::exists).findFirst().orElseThrow();
    List<String> options =
        Files.readAllLines(launcher).stream()
            .map(OPTION::matcher)
            .filter(Matcher::matches)
            .map(line -> line.group(1))
            .toList();
    if (options.stream().noneMatch(it -> it.startsWith("-Xmx"))) {
      throw new AssertionError(launcher + " is written otherwise now: " + options);
    }
    return options;
  }

  /// Else the child would stop when the pipe is full.
  private static void drain(BufferedReader out) {
    try {
      out.transferTo(Writer.nullWriter());
    } catch (IOException _) {
      // It was killed.
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// The processor time that it has taken.
  public Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /// The memory it holds, in KB.
  public long residentKb() throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  /// SIGTERM.
  void terminate() {
    process.destroy();
  }

  /// SIGHUP.
  void hangUp() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
  }

  /// Waits for its end.
  int exitCode() throws InterruptedException {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      throw new AssertionError("the gateway does not end");
    }
    return process.exitValue();
  }

  /// SIGKILL, if it runs.
  public void kill() throws InterruptedException {
    if (process == null) {
      return;
    }
    process.destroyForcibly();
    process.waitFor();
  }
}
