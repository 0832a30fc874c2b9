package io.postern.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// What this machine says of itself.
///
/// @param user who runs this process
/// @param addresses those of its network interfaces; empty when they can't be told
/// @param isClockSet whether something keeps the clock right; empty when nobody can tell
/// @param environment variables, with the service's folder of credentials
public record Machine(
    String user,
    Set<InetAddress> addresses,
    Optional<Boolean> isClockSet,
    Map<String, String> environment) {
  private static final String CREDENTIALS = "CREDENTIALS_DIRECTORY";

  /// Where systemd keeps the credentials of the service while it runs, for its user and for root.
  private static final Path SERVICE_CREDENTIALS = Path.of("/run/credentials/postern.service");

  private static final long ANSWER_MAX_SECONDS = 3;

  public Machine {
    addresses = Set.copyOf(addresses);
    environment = Map.copyOf(environment);
  }

  /// This one.
  ///
  /// @param environment this process's variables
  public static Machine here(Map<String, String> environment) {
    Map<String, String> asService = new HashMap<>(environment);
    if (Files.isReadable(SERVICE_CREDENTIALS)) {
      asService.putIfAbsent(CREDENTIALS, SERVICE_CREDENTIALS.toString());
    }
    return new Machine(
        System.getProperty("user.name", ""), interfaces(), askWhetherClockIsSet(), asService);
  }

  private static Set<InetAddress> interfaces() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .collect(Collectors.toSet());
    } catch (SocketException _) {
      return Set.of();
    }
  }

  /// The kernel knows, whichever program keeps the clock; systemd's tells it without rights.
  private static Optional<Boolean> askWhetherClockIsSet() {
    try {
      Process timedatectl =
          new ProcessBuilder("timedatectl", "show", "--property=NTPSynchronized", "--value")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        if (!timedatectl.waitFor(ANSWER_MAX_SECONDS, TimeUnit.SECONDS)) {
          return Optional.empty();
        }
        String answer =
            new String(timedatectl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return switch (answer.strip()) {
          case "yes" -> Optional.of(true);
          case "no" -> Optional.of(false);
          default -> Optional.empty();
        };
      } finally {
        timedatectl.destroyForcibly();
      }
    } catch (IOException _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
