package io.postern.store.sqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Whether the disk has room. The answer of the file system is kept for a second, since every MAIL
/// asks.
final class Room {
  private static final Duration KEPT = Duration.ofSeconds(1);

  private final Database database;
  private final InstantSource clock;
  private final long reserveBytes;
  private Instant asked;
  private long free;

  Room(Database database, InstantSource clock, long reserveBytes) {
    this.database = database;
    this.clock = clock;
    this.reserveBytes = reserveBytes;
    this.asked = clock.instant();
    this.free = ask();
  }

  /// True when a message of this size can come without touching the reserve: it may be written
  /// twice, to the write-ahead log and to the file.
  boolean has(long bytes) {
    long free = free();
    return free >= reserveBytes && free / 2 >= bytes;
  }

  long reserveBytes() {
    return reserveBytes;
  }

  /// What is free, in bytes.
  synchronized long free() {
    Instant now = clock.instant();
    if (Duration.between(asked, now).abs().compareTo(KEPT) >= 0) {
      asked = now;
      free = ask();
    }
    return free;
  }

  /// What is free, less what the write-ahead log may still take when it is moved into the file.
  ///
  /// Asked by the path, and not by its [java.nio.file.FileStore], which searches the list of mounts
  /// and finds none for a file in a container's layered file system. Nothing is free when the file
  /// system doesn't tell.
  private long ask() {
    return database.path().toFile().getUsableSpace() - database.walBytes();
  }
}
