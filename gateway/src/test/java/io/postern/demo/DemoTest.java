package io.postern.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The demo against a stand-in for the gateway that can be told to do wrong: a demo that can't fail
/// proves nothing.
@Timeout(180)
final class DemoTest {
  /// The stand-in retries at once, so an act that is not over after this never will be.
  private static final Duration ACT_MAX = Duration.ofSeconds(3);

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final AtomicReference<Path> folder = new AtomicReference<>();

  @Test
  void endsWellWithAGatewayThatDoesRight() {
    assertEquals(0, run(StandIn.Fault.NONE), screen());

    // A hundred lines fit a newcomer's patience; the gateway's own forms have twelve lines more.
    assertTrue(screen().lines().count() <= 88, screen());
    assertTrue(screen().contains(Letter.JAPANESE_SUBJECT), screen());
    assertTrue(screen().contains("file \"" + Letter.FILE_NAME + "\""), screen());
    assertTrue(screen().contains("All three ended as they should."), screen());
    assertFalse(screen().contains("\u001B"), "a raw escape character from ISO-2022-JP");
    assertFalse(Files.exists(folder.get()), "the folder is still there");
  }

  @Test
  void showsWhatHappenedInItsOrder() {
    run(StandIn.Fault.NONE);

    assertEquals(
        List.of("queued", "POST", "500 (", "deferred", "POST", "200", "succeeded"), happenings());
  }

  @Test
  void showsWhatHappenedInOneMillisecondInItsOrder() {
    run(StandIn.Fault.NONE, InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.678Z")));

    assertEquals(
        List.of("queued", "POST", "500 (", "deferred", "POST", "200", "succeeded"), happenings());
  }

  /// What the third act showed, a word each.
  private List<String> happenings() {
    String act = screen().substring(screen().indexOf("3. "), screen().indexOf("1. expected"));
    return Pattern.compile(" (queued|POST|500 \\(|200|deferred|succeeded)")
        .matcher(act.substring(act.indexOf("C: .")))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void failsWhenForgedMailIsAccepted() {
    assertEquals(1, run(StandIn.Fault.ACCEPTS_FORGED), screen());
    assertTrue(screen().contains("missing   the reply 550 5.7.1; it was: 250"), screen());
  }

  @Test
  void failsWhenTheAttachmentIsChanged() {
    assertEquals(1, run(StandIn.Fault.CHANGES_ATTACHMENT), screen());
    assertTrue(screen().contains("missing   attached files: expected"), screen());
  }

  @Test
  void failsWhenARetryHasAnotherId() {
    assertEquals(1, run(StandIn.Fault.NEW_ID_AT_RETRY), screen());
    assertTrue(screen().contains("missing   one delivery id"), screen());
  }

  @Test
  void endsWhenTheGatewayFallsSilent() {
    assertEquals(1, run(StandIn.Fault.SILENT), screen());
    assertTrue(screen().contains("The demo could not go on:"), screen());
    assertFalse(Files.exists(folder.get()));
  }

  @Test
  void saysWhyWhenTheGatewayDoesNotStart() {
    Demo demo =
        new Demo(
            configuration -> {
              folder.set(configuration.getParent());
              throw new IOException("no room");
            },
            new PrintStream(screen, true, UTF_8),
            InstantSource.system());

    assertEquals(1, demo.run());
    assertTrue(screen().contains("The demo could not go on: no room"), screen());
    assertFalse(Files.exists(folder.get()));
  }

  private int run(StandIn.Fault fault) {
    return run(fault, InstantSource.system());
  }

  private int run(StandIn.Fault fault, InstantSource clock) {
    return new Demo(
            configuration -> {
              folder.set(configuration.getParent());
              return StandIn.start(configuration, fault, clock);
            },
            new PrintStream(screen, true, UTF_8),
            clock,
            fault == StandIn.Fault.NONE ? Demo.PATIENCE : ACT_MAX)
        .run();
  }

  private String screen() {
    return screen.toString(UTF_8);
  }
}
