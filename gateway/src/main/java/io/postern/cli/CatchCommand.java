package io.postern.cli;

import io.postern.demo.Answering;
import io.postern.demo.Catcher;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `postern catch`: a webhook receiver that prints what it gets.
@Command(
    name = "catch",
    description = "Receives webhooks on loopback and prints them, until it is interrupted.")
final class CatchCommand implements Callable<Integer> {
  private static final Pattern DELAY = Pattern.compile("(\\d{1,4})(ms|s)");

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--port",
      description = "Where to listen on 127.0.0.1 (default: ${DEFAULT-VALUE}); 0 takes a free one.")
  private int port = 8080;

  @Option(
      names = "--fail",
      paramLabel = "STATUS",
      description = "Answers posts with this status, such as 500.")
  private int fail = 200;

  @Option(
      names = "--fail-first",
      paramLabel = "N",
      description = "With --fail: only the first N posts of each webhook-id, then 200.")
  private int failFirst;

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      description = "Waits before each answer, such as 5s or 200ms.")
  private String delay = "0s";

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandLine line = Main.line(spec);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Catcher catcher =
        Catcher.start(address(line), answering(line), out, Main.CLOCK, _ -> {})) {
      out.println("catching webhooks on http:/%s/, stop with Ctrl-C".formatted(catcher.address()));
      // Ends with the process: nothing counts this down.
      new CountDownLatch(1).await();
    }
    return 0;
  }

  private InetSocketAddress address(CommandLine line) {
    if (port < 0 || port > 65_535) {
      throw new ParameterException(line, "--port " + port + ": write 0 to 65535");
    }
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private Answering answering(CommandLine line) {
    Matcher time = DELAY.matcher(delay);
    if (!time.matches()) {
      throw new ParameterException(line, "--delay " + delay + ": write a time such as 5s or 200ms");
    }
    long number = Long.parseLong(time.group(1));
    Duration wait =
        time.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMillis(number);
    try {
      return new Answering(fail, failFirst, "", wait);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, "--fail, --fail-first, --delay: " + e.getMessage(), e);
    }
  }
}
