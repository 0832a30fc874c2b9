package io.postern.store.sqlite;

import java.sql.SQLException;
import java.time.InstantSource;

/// The tables as the writer sees them through one connection. For the writer's thread.
final class Tables {
  /// How many bits of the number of a chunk or a delivery are its place within the mail. Statements
  /// say `<< 20`, `>> 20` and `& 1048575`.
  static final int PLACE_BITS = 20;

  /// One more than the highest place.
  static final int PLACES = 1 << PLACE_BITS;

  private final Sql sql;
  private final RuleTable rules;
  private final LogTable log;
  private final MailTable mails;
  private final SegmentWriter segments;
  private final ChunkTable chunks;
  private final DeliveryTable deliveries;
  private final BlockTable blocks;
  private final CursorTable cursors;
  private final PostTable posts;
  private boolean ready;

  Tables(Sql sql, Segments segments, InstantSource clock) {
    this.sql = sql;
    this.rules = new RuleTable(sql);
    this.log = new LogTable(sql, rules);
    this.segments = new SegmentWriter(segments);
    this.chunks = new ChunkTable(sql, segments, this.segments);
    this.mails = new MailTable(sql, chunks);
    this.deliveries = new DeliveryTable(sql, rules, log, clock);
    this.blocks = new BlockTable(sql);
    this.cursors = new CursorTable(sql);
    this.posts = new PostTable(sql);
  }

  Sql sql() {
    return sql;
  }

  RuleTable rules() {
    return rules;
  }

  LogTable log() {
    return log;
  }

  MailTable mails() {
    return mails;
  }

  /// True for a segment that gets no chunks any more.
  boolean isClosed(long segment) {
    return segments.isClosed(segment);
  }

  ChunkTable chunks() {
    return chunks;
  }

  DeliveryTable deliveries() {
    return deliveries;
  }

  BlockTable blocks() {
    return blocks;
  }

  CursorTable cursors() {
    return cursors;
  }

  PostTable posts() {
    return posts;
  }

  /// Takes the write lock now, not at the first write, where waiting for it could not work.
  void begin() throws SQLException {
    ready = false;
    sql.update("BEGIN IMMEDIATE");
    segments.mark();
  }

  /// Returns when the transaction is in the write-ahead log and the log is synced; before it, what
  /// its rows point to.
  void commit() throws SQLException {
    segments.sync();
    sql.update("COMMIT");
  }

  void savepoint() throws SQLException {
    sql.update("SAVEPOINT change");
    segments.mark();
  }

  void release() throws SQLException {
    sql.update("RELEASE change");
  }

  /// Undoes the whole transaction and begins another.
  ///
  /// @param why what went wrong in it
  /// @throws SQLException the fault itself, as [#undo] throws it
  void startOver(Exception why) throws SQLException {
    undoing(why, "ROLLBACK", "BEGIN IMMEDIATE");
    ready = false;
  }

  /// Undoes everything since the savepoint.
  ///
  /// @param why what went wrong in it
  /// @throws SQLException the fault itself, when the connection is not to be used any more: SQLite
  ///   gives up the whole transaction for some faults, and then there is no savepoint; and for all
  ///   but a broken constraint the driver may have finalised the statement, which is kept here and
  ///   would fail for good
  void undo(Exception why) throws SQLException {
    undoing(why, "ROLLBACK TO change", "RELEASE change");
  }

  private void undoing(Exception why, String undo, String goOn) throws SQLException {
    rules.forget();
    if (why instanceof SQLException fault && !Faults.isHarmless(fault)) {
      throw fault;
    }
    try {
      sql.update(undo);
      segments.back();
      sql.update(goOn);
    } catch (SQLException e) {
      if (why instanceof SQLException cause) {
        // That there is nothing to undo is a consequence; the waiters are to hear the reason.
        cause.addSuppressed(e);
        throw cause;
      }
      throw e;
    }
  }

  /// Writes something that changes nothing, to see whether it can be written.
  void touch() throws SQLException {
    sql.update("UPDATE counters SET value = value WHERE name = 'accepted'");
  }

  /// Notes that the transaction makes deliveries ready.
  void madeReady() {
    ready = true;
  }

  boolean isReady() {
    return ready;
  }

  /// Gives the connection up, with whatever was not committed.
  void close() {
    try {
      sql.update("ROLLBACK");
    } catch (SQLException _) {
      // There was no transaction, or the connection is beyond it: closing ends it too.
    }
    Database.closeQuietly(sql);
    segments.close();
  }
}
