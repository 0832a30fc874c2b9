package io.postern.store.sqlite;

import java.nio.file.Path;
import java.time.Duration;

/// What an engine is told.
///
/// @param path the database file; its folder is made when it is missing
/// @param reserveBytes how much of the disk stays free: no mail is taken when it would get less
/// @param lockedMax how long a transaction waits for another program that holds the database
/// @param readersMax connections that read, and threads that use them, 1 or more
/// @param searchesMax how many of them may search the status log at once, 1 to readersMax
/// @param groupMax how many changes one transaction takes at most, 1 or more
/// @param choresWait how long what nobody waits for (denied rows, sweeping) rests after it was done
///   or could not be, so that a flood of refusals costs one transaction in that time
/// @param deniedMax how many denied rows wait in memory at most; more are only counted
public record Settings(
    Path path,
    long reserveBytes,
    Duration lockedMax,
    int readersMax,
    int searchesMax,
    int groupMax,
    Duration choresWait,
    int deniedMax) {
  private static final Duration LOCKED_MAX = Duration.ofSeconds(5);
  private static final int READERS_MAX = 4;
  private static final int SEARCHES_MAX = 2;
  private static final int GROUP_MAX = 256;
  private static final Duration CHORES_WAIT = Duration.ofSeconds(1);
  private static final int DENIED_MAX = 10_000;

  public Settings {
    if (path.toString().contains("?")) {
      throw new IllegalArgumentException("a database's path can't hold a question mark: " + path);
    }
    if (reserveBytes < 0
        || lockedMax.isNegative()
        || readersMax < 1
        || searchesMax < 1
        || searchesMax > readersMax
        || groupMax < 1
        || choresWait.isNegative()
        || deniedMax < 1) {
      throw new IllegalArgumentException("a limit of the store is out of range");
    }
  }

  /// The usual limits: 4 readers, 2 of them for searches; 256 changes a transaction; a second
  /// between chores; 10,000 denied rows in memory; 5 seconds for a locked database.
  ///
  /// @param path the database file
  /// @param reserveBytes how much of the disk stays free
  public static Settings of(Path path, long reserveBytes) {
    return new Settings(
        path,
        reserveBytes,
        LOCKED_MAX,
        READERS_MAX,
        SEARCHES_MAX,
        GROUP_MAX,
        CHORES_WAIT,
        DENIED_MAX);
  }
}
