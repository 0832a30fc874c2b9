package io.postern.store.sqlite;

import io.postern.queue.Spool;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Goes through all messages, chunk by chunk, and finds those that are not whole. One chunk is in
/// memory at a time.
final class MessageWalk {
  private static final int PAGE = 200;

  private final Sql sql;
  private final Segments segments;
  private final List<String> damaged = new ArrayList<>();
  private long mails;
  private long broken;
  private long checked;

  MessageWalk(Sql sql, Segments segments) {
    this.sql = sql;
    this.segments = segments;
  }

  /// A mail.
  ///
  /// @param isSound false when its row can't be read for what it should be
  private record Listed(long number, String id, long size, boolean isSound) {}

  /// A chunk as its row tells of it.
  ///
  /// @param isChecked true when it has a checksum, or should have one
  private record Part(long number, long length, boolean isChecked) {}

  void run() throws SQLException {
    long last = Long.MIN_VALUE;
    List<Listed> page = page(last);
    while (!page.isEmpty()) {
      for (Listed mail : page) {
        look(mail);
        last = mail.number();
      }
      page = page(last);
    }
  }

  private List<Listed> page(long after) throws SQLException {
    return sql.list(
        "SELECT "
            + MailTable.COLUMNS
            + " FROM mails m WHERE m.number > ? ORDER BY m.number LIMIT ?",
        row -> new Listed(row.getLong(1), row.getString(2), row.getLong(12), isSound(row)),
        after,
        PAGE);
  }

  private static boolean isSound(ResultSet row) throws SQLException {
    try {
      MailTable.envelope(row, 1);
      return true;
    } catch (RuntimeException _) {
      return false;
    }
  }

  private void look(Listed mail) throws SQLException {
    Optional<String> fault = fault(mail);
    // What was purged or forgotten since the page was read is missing rightly.
    if (fault.isPresent()
        && sql.number("SELECT count(*) FROM mails WHERE number = ?", mail.number()) == 0) {
      return;
    }
    mails++;
    if (fault.isPresent()) {
      broken++;
      if (damaged.size() < SqliteVerification.NAMED_MAX) {
        damaged.add("mail " + mail.id() + ": " + fault.get());
      }
    }
  }

  private Optional<String> fault(Listed mail) throws SQLException {
    List<Part> parts =
        sql.list(
            """
            SELECT number, coalesce(length(bytes), length), segment IS NOT NULL OR crc IS NOT NULL
            FROM chunks
            WHERE number >= ? AND number < ? ORDER BY number
            """,
            row -> new Part(row.getLong(1), row.getLong(2), row.getBoolean(3)),
            ChunkTable.number(mail.number(), 0),
            ChunkTable.number(mail.number() + 1, 0));
    if (!mail.isSound()) {
      return Optional.of("its row was damaged");
    }
    long size = 0;
    for (int place = 0; place < parts.size(); place++) {
      Part part = parts.get(place);
      boolean isLast = place == parts.size() - 1;
      if (part.number() != ChunkTable.number(mail.number(), place)) {
        return Optional.of("chunk " + place + " is missing");
      }
      if (part.isChecked()) {
        Optional<String> fault = read(part);
        if (fault.isPresent()) {
          return Optional.of("chunk " + place + ": " + fault.get());
        }
        checked++;
      }
      if (!isLast && part.length() != Spool.BLOCK) {
        return Optional.of("chunk " + place + " has " + part.length() + " bytes");
      }
      size += part.length();
    }
    return size == mail.size()
        ? Optional.empty()
        : Optional.of("%d of %d bytes are there".formatted(size, mail.size()));
  }

  private Optional<String> read(Part part) throws SQLException {
    try {
      ChunkTable.read(sql, segments, part.number());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          e instanceof NoSuchFileException
              ? "the segment " + e.getMessage() + " is missing"
              : Faults.words(e));
    }
  }

  /// How many mails were looked at.
  long mails() {
    return mails;
  }

  /// How many of them are not whole.
  long broken() {
    return broken;
  }

  /// How many chunks fit their checksum.
  long checked() {
    return checked;
  }

  /// What is wrong with the first of those.
  List<String> damaged() {
    return damaged;
  }
}
