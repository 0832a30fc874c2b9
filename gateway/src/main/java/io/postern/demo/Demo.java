package io.postern.demo;

import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// `postern demo`: the whole road on this machine, in three acts. A real gateway and a real webhook
/// receiver run on free loopback ports and in a folder of their own; three mails are sent by SMTP;
/// what each side says is printed as it happens, and at the end what was expected beside what came.
public final class Demo {
  /// The whole demo's time, the gateway's start included.
  public static final Duration PATIENCE = Duration.ofSeconds(28);

  private static final int LABEL = 12;

  private final Starter starter;
  private final PrintStream out;
  private final InstantSource clock;
  private final Duration actMax;

  /// @param starter starts the gateway
  /// @param out where to print; UTF-8 lets the Japanese mail be read
  /// @param clock the clock of the gateway too, so that posts and log rows can be put in order
  public Demo(Starter starter, PrintStream out, InstantSource clock) {
    this(starter, out, clock, PATIENCE);
  }

  /// @param actMax a limit for each act besides its own
  Demo(Starter starter, PrintStream out, InstantSource clock, Duration actMax) {
    this.starter = starter;
    this.out = out;
    this.clock = clock;
    this.actMax = actMax;
  }

  /// Starts a gateway.
  @FunctionalInterface
  public interface Starter {
    /// Returns when mail can be sent to it.
    ///
    /// @param configuration the configuration file; it asks for port 0 and has no console
    /// @throws IOException when it can't start; the message says why
    Running start(Path configuration) throws IOException, StoreUnavailable;
  }

  /// A gateway that runs.
  public interface Running extends AutoCloseable {
    /// Where it takes mail: the port that port 0 became.
    InetSocketAddress smtp();

    /// The rows of its status log with a number above the given one, oldest first, at most some
    /// hundred.
    List<Row> after(long number) throws StoreUnavailable;

    /// Stops it and returns when its files are closed.
    @Override
    void close();
  }

  /// Plays the three acts.
  ///
  /// @return 0 when each ended as it should, 1 when one did not or the time ran out
  public int run() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Stage stage = new Stage(out);
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    Answering failsOnce = new Answering(500, 1, DemoFolder.ORDERS, Duration.ZERO);
    try (PrintStream unseen = new PrintStream(OutputStream.nullOutputStream());
        Catcher catcher = Catcher.start(anyPort, failsOnce, unseen, clock, stage::caught);
        DemoFolder folder = DemoFolder.create(catcher.address());
        Running gateway = starter.start(folder.configuration())) {
      introduce(gateway, catcher, folder);
      Map<Act, Evidence> seen = new EnumMap<>(Act.class);
      for (Act act : Act.values()) {
        Duration patience = Collections.min(List.of(act.patience(), actMax));
        long until = Math.min(deadline, System.nanoTime() + patience.toNanos());
        seen.put(act, play(act, stage, gateway, until));
      }
      return conclude(seen);
    } catch (IOException | StoreUnavailable e) {
      out.println();
      out.println("The demo could not go on: " + Screen.safe(String.valueOf(e.getMessage())));
      return 1;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private void introduce(Running gateway, Catcher catcher, DemoFolder folder) {
    out.println("Postern demo: a gateway and a webhook receiver on this machine, and three mails.");
    out.println();
    fact("gateway", "smtp://127.0.0.1:" + gateway.smtp().getPort() + ", mail for " + Letter.DOMAIN);
    String base = "http://127.0.0.1:" + catcher.address().getPort();
    fact("endpoints", base + DemoFolder.SUPPORT);
    fact("", base + DemoFolder.ORDERS + " (answers 500 once)");
    fact("files", folder.root() + " (removed at the end)");
  }

  private void fact(String name, String value) {
    out.println(("  %-" + LABEL + "s%s").formatted(name, value));
  }

  private Evidence play(Act act, Stage stage, Running gateway, long until)
      throws IOException, StoreUnavailable, InterruptedException {
    out.println();
    out.println(act.number() + ". " + act.heading());
    out.println();
    Letter letter = act.letter(clock.instant());
    Evidence seen = stage.begin(act, letter);
    Duration left = Duration.ofNanos(Math.max(1, until - System.nanoTime()));
    boolean brief = act.number() > 1;
    seen.addReplies(SmtpDialogue.send(gateway.smtp(), letter, out, brief, left));
    stage.watch(act, seen, gateway, until);
    return seen;
  }

  private int conclude(Map<Act, Evidence> seen) {
    out.println();
    boolean allWell = true;
    for (Map.Entry<Act, Evidence> entry : seen.entrySet()) {
      Act act = entry.getKey();
      List<String> missing = act.missing(entry.getValue());
      allWell &= missing.isEmpty();
      String number = act.number() + ". ";
      out.println("%sexpected  %s".formatted(number, act.expected()));
      out.println(
          "   came      %-60s  %s"
              .formatted(entry.getValue().summary(), missing.isEmpty() ? "as expected" : "WRONG"));
      for (String what : missing) {
        out.println("   missing   " + Screen.line(what, 200));
      }
    }
    out.println();
    out.println(allWell ? "All three ended as they should." : "The demo failed.");
    return allWell ? 0 : 1;
  }
}
