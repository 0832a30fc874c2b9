package io.postern.store.sqlite;

import io.postern.journal.Arrival;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// What the writer does beside what it is asked: denied rows to write and spools to sweep, a part
/// at a time, in the transaction of a group or, when there is none, in one of their own.
final class Chores {
  /// How many denied rows one transaction takes.
  private static final int ROWS_MAX = 1_000;

  /// How many chunks of a spool one transaction removes, so that no mail waits long behind it.
  private static final int CHUNKS_MAX = 4;

  private final InstantSource clock;
  private final Denials denials;
  private final Queue<Long> givenUp = new ConcurrentLinkedQueue<>();

  Chores(InstantSource clock, int deniedMax) {
    this.clock = clock;
    this.denials = new Denials(deniedMax);
  }

  /// Adds a denied row.
  ///
  /// @return true when there was nothing to do before
  boolean deny(Row row) {
    return denials.add(row) && givenUp.isEmpty();
  }

  /// Adds a mail whose chunks are to be removed, unless it was accepted.
  void sweep(long mail) {
    givenUp.add(mail);
  }

  boolean isEmpty() {
    return denials.isEmpty() && givenUp.isEmpty();
  }

  boolean hasRows() {
    return !denials.isEmpty();
  }

  /// What a transaction did.
  ///
  /// @param batch the denied rows that it wrote
  /// @param swept true when it removed the last chunk of the first spool in the line
  /// @param more true when there was more to do than a transaction takes
  record Part(Denials.Batch batch, boolean swept, boolean more) {}

  /// Does a part of them within the open transaction.
  Part run(Tables tables) throws SQLException {
    Denials.Batch batch = denials.peek(ROWS_MAX);
    for (Row row : batch.rows()) {
      tables.log().write(row);
    }
    if (batch.overflow() > 0) {
      tables.log().write(overflow(batch.overflow()));
    }
    Long mail = givenUp.peek();
    boolean swept = mail != null && !tables.mails().sweep(mail, CHUNKS_MAX);
    boolean more = batch.rows().size() == ROWS_MAX || givenUp.size() > (swept ? 1 : 0);
    return new Part(batch, swept, more);
  }

  /// Takes off the list what is on disk.
  void done(Part part) {
    denials.written(part.batch());
    if (part.swept()) {
      givenUp.remove();
    }
  }

  private Row overflow(long count) {
    Instant now = clock.instant();
    String reason = count + " more refusals came than the log could take";
    return new Row(0, now, Status.DENIED, reason, new Arrival(now, "", "", "", "", ""), Step.NONE);
  }
}
