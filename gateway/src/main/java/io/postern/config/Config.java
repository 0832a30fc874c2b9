package io.postern.config;

import io.postern.mail.Domain;
import io.postern.webhook.Payload;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Everything the configuration file says, defaults filled in. A change needs a restart; rules are
/// files of their own, which are followed live.
///
/// @param file the configuration file
/// @param hostName the gateway's own name
/// @param smtp the door's
/// @param tls where the door's certificate is; null when nothing is encrypted
/// @param policy whose mail is accepted, and the heuristics
/// @param intake what else the door decides
/// @param rules where the rules are, and where they may post
/// @param subscribers where the subscribers of events are, and where they may be posted to; null
///   for none
/// @param store the file of the SQLite database
/// @param diskReserveBytes how much of the disk stays free: default [#DISK_RESERVE], and at least
///   twice the largest message
/// @param retention how long what is over is kept
/// @param logFormat how service log lines are written
/// @param delivery how mail is delivered
/// @param notices who is told by mail what is wrong; null for nobody
/// @param console where the console listens; null for no console
/// @param gateway who we are, in posts
public record Config(
    Path file,
    Domain hostName,
    io.postern.smtp.Settings smtp,
    io.postern.tls.@Nullable Settings tls,
    io.postern.policy.Settings policy,
    io.postern.intake.Settings intake,
    io.postern.rules.Settings rules,
    io.postern.feed.@Nullable Settings subscribers,
    Path store,
    long diskReserveBytes,
    io.postern.queue.Settings retention,
    LogFormat logFormat,
    io.postern.delivery.Settings delivery,
    io.postern.notice.@Nullable Settings notices,
    io.postern.console.@Nullable Settings console,
    Payload.Gateway gateway) {
  /// A gigabyte, in bytes.
  public static final long DISK_RESERVE = 1L << 30;

  /// Where the gateway keeps its state: the folder of its store.
  public Path stateFolder() {
    return stateFolder(store);
  }

  static Path stateFolder(Path store) {
    return Objects.requireNonNullElse(store.toAbsolutePath().getParent(), store);
  }

  /// How service log lines are written.
  public enum LogFormat {
    /// For people.
    TEXT,
    /// One JSON object a line, for machines.
    JSON
  }
}
