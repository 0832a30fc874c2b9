package io.postern.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service manager that started this process, told what becomes of it as sd_notify(3) says.
/// Without a manager that listens, everything here does nothing. What can't be told is logged once
/// and never stops the gateway.
///
/// Safe for use by many threads.
public final class Supervisor {
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  /// A status is one line for a person; systemd takes more, but nobody reads it.
  static final int STATUS_CHARS_MAX = 300;

  private static final Pattern MICROSECONDS = Pattern.compile("[0-9]{1,15}");

  /// Empty when nobody listens.
  private final String address;

  private final Optional<Duration> patience;
  private boolean failing;

  private Supervisor(String address, Optional<Duration> patience) {
    this.address = address;
    this.patience = patience;
  }

  /// Who is named by a process's environment.
  ///
  /// @param environment `NOTIFY_SOCKET`, a path or an abstract name with an at sign;
  ///   `WATCHDOG_USEC` and `WATCHDOG_PID`, as sd_watchdog_enabled(3) tells them
  public static Supervisor of(Map<String, String> environment) {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (!address.isEmpty() && !address.startsWith("/") && !address.startsWith("@")) {
      log.atWarn()
          .addKeyValue("socket", address)
          .log("the service manager can't be told anything: NOTIFY_SOCKET is no Unix socket");
      address = "";
    }
    return new Supervisor(address, address.isEmpty() ? Optional.empty() : patience(environment));
  }

  private static Optional<Duration> patience(Map<String, String> environment) {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    @Nullable String process = environment.get("WATCHDOG_PID");
    boolean isOurs =
        process == null || process.equals(Long.toString(ProcessHandle.current().pid()));
    return isOurs && MICROSECONDS.matcher(micros).matches() && Long.parseLong(micros) > 0
        ? Optional.of(Duration.ofNanos(Long.parseLong(micros) * 1_000))
        : Optional.empty();
  }

  /// How long the manager waits for a sign of life before it ends the process; empty when it
  /// doesn't.
  public Optional<Duration> patience() {
    return patience;
  }

  /// The service has started, or has ended a reload.
  ///
  /// @param status one line for a person
  public void ready(String status) {
    tell("READY=1\n" + line(status));
  }

  /// The rules are about to be read anew; [#ready] follows.
  public void reloading() {
    if (address.isEmpty()) {
      return;
    }
    try {
      tell("RELOADING=1\nMONOTONIC_USEC=" + Libc.monotonicMicros());
    } catch (IOException e) {
      failed(e);
    }
  }

  /// The service is about to stop.
  public void stopping() {
    tell("STOPPING=1\nSTATUS=stopping");
  }

  /// The service lives.
  void alive(String status) {
    tell("WATCHDOG=1\n" + line(status));
  }

  /// The service hangs somewhere.
  void status(String status) {
    tell(line(status));
  }

  private static String line(String status) {
    StringBuilder line = new StringBuilder("STATUS=");
    // A line end would begin another field of the message.
    status
        .codePoints()
        .limit(STATUS_CHARS_MAX)
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .forEach(line::appendCodePoint);
    return line.toString();
  }

  private void tell(String message) {
    if (address.isEmpty()) {
      return;
    }
    try {
      Libc.send(address, message);
      told();
    } catch (IOException e) {
      failed(e);
    }
  }

  private synchronized void told() {
    failing = false;
  }

  private synchronized void failed(IOException why) {
    if (!failing) {
      failing = true;
      log.atWarn()
          .addKeyValue("socket", address)
          .log("the service manager can't be told anything: {}", why.getMessage());
    }
  }
}
