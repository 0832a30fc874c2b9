package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves the write-ahead log into the file, on a thread and a connection of its own, so that no
/// commit has to.
///
/// A passive checkpoint disturbs no one, but under steady load it never gets to the end of a log
/// that grows meanwhile, and to make a file longer costs more than to write over it: a profile
/// showed the kernel zeroing its pages. So now and then the rest is moved while the writer waits,
/// for a few milliseconds, since the passive one before it has left little to do, and the log
/// starts anew in the same file: 10 to 20 per cent more mails a second, measured.
///
/// A file that is too long all the same, because readers were in the way, is cut. The same is done
/// when pages were cut off the database, which gets shorter only by a checkpoint that reaches the
/// end.
///
/// Both make the writer wait for readers to end, which is worth it for those that end in a moment.
/// One that is left far behind, a copy of the database or a count of millions, is not waited for:
/// every few megabytes of mail would stand still for as long as the wait may last.
final class Checkpointer {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

  /// How much new content makes a passive checkpoint worth its fsync. A page changed often is moved
  /// once.
  static final long PASSIVE_BYTES = 32L * 1024 * 1024;

  /// How much the log holds when the writer is made to start it anew.
  static final long RESTART_BYTES = 64L * 1024 * 1024;

  /// How long the log file may get.
  static final long TRUNCATE_BYTES = 256L * 1024 * 1024;

  /// How much the writer writes between two looks at the log.
  private static final long LOOK_BYTES = 4L * 1024 * 1024;

  /// What a change costs in the log, roughly, besides the bytes of its message: some pages.
  private static final long CHANGE_BYTES = 4L * Database.PAGE_BYTES;

  /// While a truncating checkpoint waits for a reader to end, nobody can write.
  static final int BUSY_MAX_MS = 200;

  /// How much a reader may keep from being moved and still be thought to end in a moment.
  private static final long BEHIND_BYTES = LOOK_BYTES;

  private final Database database;
  private final long passiveBytes;
  private final long truncateBytes;
  private final int busyMaxMs;
  private final AtomicLong unseen = new AtomicLong();
  private final Semaphore looks = new Semaphore(0);
  private final Thread thread;
  private volatile boolean all;
  private volatile boolean closed;

  /// The length at which the log is cut next.
  private long truncateAt;

  private @Nullable Sql sql;

  Checkpointer(Database database) {
    this(database, PASSIVE_BYTES, TRUNCATE_BYTES, BUSY_MAX_MS);
  }

  /// For tests, to which the usual sizes are too large.
  ///
  /// @param busyMaxMs how long it waits for readers, and the writer with it
  Checkpointer(Database database, long passiveBytes, long truncateBytes, int busyMaxMs) {
    this.database = database;
    this.passiveBytes = passiveBytes;
    this.truncateBytes = truncateBytes;
    this.busyMaxMs = busyMaxMs;
    this.truncateAt = truncateBytes;
    this.thread = Thread.ofPlatform().daemon().name("postern-checkpointer").unstarted(this::loop);
  }

  /// Opens its connection, which stays open to the end whatever fails on it, and starts the thread.
  /// Should the log lose its name, no other connection could save what is in it: one opened later
  /// would find an empty one.
  void start() throws StoreUnavailable {
    try {
      open();
    } catch (SQLException e) {
      throw Faults.unavailable("open " + database.path(), e);
    }
    thread.start();
  }

  /// Told by the writer after each commit.
  void written(int changes, long bytes) {
    if (unseen.addAndGet(bytes + changes * CHANGE_BYTES) >= LOOK_BYTES) {
      unseen.set(0);
      looks.release();
    }
  }

  /// Has the whole log moved, however short it is: when the file gets shorter by it, and when the
  /// log has lost its name.
  void moveAll() {
    all = true;
    looks.release();
  }

  /// Moves all it can, then ends the thread.
  void close() {
    closed = true;
    looks.release();
    Waits.join(thread);
  }

  private void loop() {
    boolean isLast = false;
    while (!isLast) {
      looks.acquireUninterruptibly();
      looks.drainPermits();
      // One that was under way when it was closed was not of all.
      isLast = closed;
      try {
        runOnce();
      } catch (RuntimeException | Error e) {
        LOG.error("The checkpointer stumbled and goes on", e);
      }
    }
    Sql open = sql;
    if (open != null) {
      Database.closeQuietly(open);
    }
  }

  /// Looks at the log and does what is worth doing.
  void runOnce() {
    boolean cut = all;
    try {
      Sql open = open();
      Progress log = checkpoint(open, "NOOP");
      long walBytes = database.walBytes();
      boolean isLong = cut || walBytes > truncateAt;
      boolean isHeld = false;
      if (isLong || log.leftBytes() >= passiveBytes) {
        isHeld = checkpoint(open, "PASSIVE").leftBytes() >= BEHIND_BYTES;
        if (!isHeld && log.frames() * Database.PAGE_BYTES >= RESTART_BYTES) {
          checkpoint(open, "RESTART");
        }
      }
      if ((isLong && !isHeld) || closed) {
        // Before it, so that what is cut off meanwhile is not forgotten.
        all = false;
        boolean busy = checkpoint(open, "TRUNCATE").busy();
        // Each try holds the writer up while it waits for a reader that does not end.
        truncateAt = busy ? walBytes + passiveBytes : truncateBytes;
        if (cut && busy) {
          all = true;
        }
      }
    } catch (SQLException e) {
      // Nothing is lost: the log keeps what could not be moved, and the next look tries again.
      LOG.warn("The write-ahead log could not be moved into the database: {}", e.toString());
      if (cut) {
        all = true;
      }
    }
  }

  /// How far a log has been moved.
  ///
  /// @param busy true when somebody was in the way
  /// @param frames how many pages it holds
  /// @param moved how many of them are in the file
  private record Progress(boolean busy, long frames, long moved) {
    long leftBytes() {
      return (frames - moved) * Database.PAGE_BYTES;
    }
  }

  private static Progress checkpoint(Sql sql, String mode) throws SQLException {
    return sql.once(
            "PRAGMA wal_checkpoint(" + mode + ")",
            row -> new Progress(row.getInt(1) != 0, row.getLong(2), row.getLong(3)))
        .orElseThrow();
  }

  private Sql open() throws SQLException {
    Sql open = sql;
    if (open == null) {
      open = database.checkpointer(busyMaxMs);
      sql = open;
    }
    return open;
  }
}
