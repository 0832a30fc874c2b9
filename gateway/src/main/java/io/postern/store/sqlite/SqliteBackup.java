package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/// Writes a whole store into one database file, beside a gateway that may run. Put in the store's
/// place, that file is a store of its own: the segments of the one it came from mean nothing to it.
///
/// It holds all that was kept before one moment, and nothing after. At that moment a read
/// transaction begins and every segment is opened. The pages of the database are copied within the
/// transaction, which keeps the write-ahead log from starting anew: it grows by what is written
/// meanwhile. The chunks of the segments are taken into the copy after it, from the open files,
/// whatever becomes of them in the folder. Nobody waits for any of this. One chunk is in memory at
/// a time, and a cache of pages.
public final class SqliteBackup {
  /// How often it begins anew because mail was forgotten under it.
  private static final int TRIES_MAX = 5;

  /// How often it looks for segments that are removed just then.
  private static final int LOOKS_MAX = 100;

  private static final String DOING = "be backed up";

  private final Database database;
  private final long reserveBytes;
  private final BackupFile file;
  private final Pauses pauses;

  private SqliteBackup(Database database, long reserveBytes, BackupFile file, Pauses pauses) {
    this.database = database;
    this.reserveBytes = reserveBytes;
    this.file = file;
    this.pauses = pauses;
  }

  /// Where a test does something meanwhile.
  ///
  /// @param moment after a snapshot of the database began, before its segments are opened
  /// @param copied between the copy of the database and that of the segments
  record Pauses(Runnable moment, Runnable copied) {
    static final Pauses NONE = new Pauses(() -> {}, () -> {});
  }

  /// What was made.
  ///
  /// @param mails how many it holds
  /// @param bytes the size of the file
  /// @param damaged chunks whose bytes are not those that were kept, or not there, in the store as
  ///   in the backup
  public record Made(long mails, long bytes, long damaged) {}

  /// Backs a store up.
  ///
  /// @param settings the store; its reserve is left free when the backup lies on the same disk
  /// @param target the file to make, whose folder is there; only the owner can read it
  /// @throws StoreUnavailable with one sentence; the file is not there then, unless it was before,
  ///   or all that failed was to sync its name: then it is complete, but may not outlive a power
  ///   cut
  public static Made write(Settings settings, Path target) throws StoreUnavailable {
    return write(settings, target, Pauses.NONE);
  }

  /// For tests.
  static Made write(Settings settings, Path target, Pauses pauses) throws StoreUnavailable {
    Database database = Database.existing(settings);
    try (BackupFile file = BackupFile.begin(target)) {
      SqliteBackup backup = new SqliteBackup(database, settings.reserveBytes(), file, pauses);
      for (int i = 0; i < TRIES_MAX; i++) {
        Optional<Made> made = backup.attempt();
        if (made.isPresent()) {
          file.complete();
          return made.get();
        }
      }
      throw Faults.refused(
          "Mail was forgotten whenever a backup was nearly done: try again when nobody forgets"
              + " any.");
    } catch (SQLException | IOException e) {
      throw Faults.unavailable(DOING, e);
    }
  }

  /// One backup.
  ///
  /// @return empty when mail was forgotten under it
  private Optional<Made> attempt() throws SQLException, IOException, StoreUnavailable {
    try (HeldSegments held = copy();
        CopiedDatabase copy = CopiedDatabase.open(file.part())) {
      pauses.copied().run();
      copy.dropSpools();
      copy.beSomeoneElse();
      long damaged = 0;
      for (Optional<CopiedDatabase.Placed> next = copy.next();
          next.isPresent();
          next = copy.next()) {
        CopiedDatabase.Placed chunk = next.get();
        byte[] bytes;
        try {
          bytes = held.read(chunk.extent());
        } catch (IOException _) {
          if (isForgotten(chunk.number())) {
            return Optional.empty();
          }
          // With the checksum of what should be there, no reader takes it for the message.
          bytes = held.readRaw(chunk.extent());
          damaged++;
        }
        copy.takeIn(chunk.number(), bytes);
        if (copy.isDoneWith(chunk.extent().segment())) {
          held.release(chunk.extent().segment());
        }
      }
      copy.finish();
      return Optional.of(new Made(copy.mails(), copy.bytes(), damaged));
    }
  }

  /// Copies the database.
  ///
  /// @return the segments that the copy points to
  private HeldSegments copy() throws SQLException, IOException, StoreUnavailable {
    Set<Long> missing = Set.of();
    for (int i = 0; i < LOOKS_MAX; i++) {
      HeldSegments held = new HeldSegments(database.segments());
      try (Sql snapshot = new Sql(database.readers().getConnection())) {
        Schema.verify(snapshot, database.path());
        snapshot.update("BEGIN");
        // The first look is the moment.
        long store = snapshot.number("SELECT value FROM counters WHERE name = 'store'");
        pauses.moment().run();
        database.segments().belongTo(store, 0);
        Set<Long> now = held.hold(snapshot);
        if (missing.containsAll(now)) {
          requireRoom(snapshot);
          snapshot.copyTo(file.part());
          return held;
        }
        // A segment may be removed between the moment and here, but only when nothing that is
        // committed points to it: a later snapshot that still does tells that it is lost.
        missing = now;
        held.close();
      } catch (SQLException | IOException | StoreUnavailable | RuntimeException e) {
        held.close();
        throw e;
      }
    }
    throw Faults.refused("Segments are removed faster than a backup can open them: try again.");
  }

  private void requireRoom(Sql snapshot) throws SQLException, IOException, StoreUnavailable {
    long pages =
        snapshot.number("PRAGMA page_count")
            // Each chunk fills its last page partly.
            + snapshot.number("SELECT count(*) FROM chunks WHERE segment IS NOT NULL");
    long needed =
        pages * Database.PAGE_BYTES
            + snapshot.number(
                "SELECT " + ChunkTable.KEPT_BYTES + " FROM chunks WHERE segment IS NOT NULL");
    long room = file.room(database.path(), reserveBytes);
    if (needed > room) {
      throw Faults.refused(
          "The backup needs %d MB and %s has %d MB for it%s: make room, or write it elsewhere."
              .formatted(
                  megabytes(needed),
                  file.part().getParent(),
                  Math.max(0, room) >> 20,
                  file.isBeside(database.path()) ? " above the disk reserve" : ""));
    }
  }

  private static long megabytes(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  /// True when the live database has no such mail any more. Its bytes are overwritten only after
  /// that was committed.
  private boolean isForgotten(long chunk) throws SQLException {
    try (Sql live = new Sql(database.readers().getConnection())) {
      long mail = chunk >> Tables.PLACE_BITS;
      return live.number("SELECT count(*) FROM mails WHERE number = ?", mail) == 0;
    }
  }
}
