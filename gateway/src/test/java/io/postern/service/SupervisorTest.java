package io.postern.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.NotifySocket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What systemd hears, on real datagram sockets.
final class SupervisorTest {
  private static final String PID = Long.toString(ProcessHandle.current().pid());

  @TempDir private Path folder;

  @Test
  void tellsReadinessToASocketInTheFileSystem() throws IOException {
    try (NotifySocket manager = NotifySocket.bind(folder.resolve("notify").toString())) {
      Supervisor supervisor = Supervisor.of(Map.of("NOTIFY_SOCKET", manager.address()));
      supervisor.ready("takes mail");
      assertEquals("READY=1\nSTATUS=takes mail", manager.receive());
      supervisor.stopping();
      assertEquals("STOPPING=1\nSTATUS=stopping", manager.receive());
    }
  }

  @Test
  void tellsTheTimeOfAReloadByTheMonotonicClockToAnAbstractSocket() throws IOException {
    try (NotifySocket manager = NotifySocket.bind("@" + folder)) {
      // HotSpot's System.nanoTime() is that clock on Linux.
      long before = System.nanoTime() / 1_000;
      Supervisor.of(Map.of("NOTIFY_SOCKET", manager.address())).reloading();
      long after = System.nanoTime() / 1_000;
      String told = manager.receive();
      assertTrue(told.startsWith("RELOADING=1\nMONOTONIC_USEC="), told);
      long micros = Long.parseLong(told.substring(told.lastIndexOf('=') + 1));
      assertTrue(before <= micros && micros <= after, before + " " + micros + " " + after);
    }
  }

  @Test
  void keepsAStatusFromBecomingAnotherField() throws IOException {
    try (NotifySocket manager = NotifySocket.bind("@" + folder)) {
      Supervisor supervisor = Supervisor.of(Map.of("NOTIFY_SOCKET", manager.address()));
      supervisor.ready("disk\nSTOPPING=1" + "\uD83D\uDCEC".repeat(400));
      String told = manager.receive();
      assertTrue(told.startsWith("READY=1\nSTATUS=disk STOPPING=1\uD83D\uDCEC"), told);
      assertEquals(
          Supervisor.STATUS_CHARS_MAX,
          told.substring("READY=1\nSTATUS=".length()).codePoints().count());
    }
  }

  @Test
  void goesOnWhenNobodyListens() throws IOException {
    Supervisor.of(Map.of()).ready("");
    Supervisor.of(Map.of("NOTIFY_SOCKET", "vsock:2:1")).ready("");
    Supervisor.of(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(107))).ready("");
    Supervisor supervisor =
        Supervisor.of(Map.of("NOTIFY_SOCKET", folder.resolve("later").toString()));
    supervisor.ready("nobody hears this");
    try (NotifySocket manager = NotifySocket.bind(folder.resolve("later").toString())) {
      supervisor.ready("heard");
      assertEquals("READY=1\nSTATUS=heard", manager.receive());
    }
  }

  @Test
  void speaksToTheLongestAddressThereCanBe() throws IOException {
    String address = "@" + "x".repeat(Libc.ADDRESS_BYTES_MAX - PID.length() - 1) + PID;
    try (NotifySocket manager = NotifySocket.bind(address)) {
      Supervisor.of(Map.of("NOTIFY_SOCKET", address)).ready("");
      assertEquals("READY=1\nSTATUS=", manager.receive());
    }
  }

  @Test
  void knowsTheManagersPatience() {
    assertEquals(Optional.of(Duration.ofMinutes(2)), patience("120000000", PID));
    assertEquals(Optional.empty(), patience("120000000", "1"));
    assertEquals(Optional.empty(), patience("0", PID));
    assertEquals(Optional.empty(), patience("soon", PID));
    assertEquals(Optional.empty(), Supervisor.of(Map.of("WATCHDOG_USEC", "9")).patience());
  }

  private static Optional<Duration> patience(String micros, String process) {
    return Supervisor.of(
            Map.of("NOTIFY_SOCKET", "@x", "WATCHDOG_USEC", micros, "WATCHDOG_PID", process))
        .patience();
  }
}
