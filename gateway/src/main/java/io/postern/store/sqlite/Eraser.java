package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import io.postern.queue.Traces;
import java.util.List;
import java.util.Optional;

/// Forgets: the traces that [TraceWalk] finds are erased by the writer, mail by mail and a few rows
/// at a time.
final class Eraser {
  /// How many rows of the log one transaction empties.
  private static final int PART = 200;

  /// How many chunks one transaction overwrites.
  private static final int CHUNKS = 4;

  private static final String DOING = "forget a mail";

  private final TraceWalk walk;
  private final Writer writer;
  private final Runnable erased;

  /// @param erased called when something was erased: what the write-ahead log holds of it is to go
  Eraser(TraceWalk walk, Writer writer, Runnable erased) {
    this.walk = walk;
    this.writer = writer;
    this.erased = erased;
  }

  Done forget(Traces traces) throws StoreUnavailable {
    Tally tally = new Tally();
    try {
      walk.mails(traces, mails -> forgetMails(mails, tally));
      // What is left are rows of mails that are not kept any more, and of refused ones.
      walk.rows(traces, rows -> forgetRows(rows, tally));
    } finally {
      if (tally.count + tally.rows > 0) {
        erased.run();
        writer.tidy();
      }
    }
    return new Done(tally.count, tally.rows);
  }

  private static final class Tally {
    private long count;
    private long rows;

    private void add(long moreMails, long moreRows) {
      count += moreMails;
      rows += moreRows;
    }
  }

  private void forgetMails(List<Long> mails, Tally tally) throws StoreUnavailable {
    for (long mail : mails) {
      Operator.requireTime(DOING);
      Done done = forgetMail(mail);
      tally.add(done.count(), done.rows());
    }
  }

  private void forgetRows(List<Long> rows, Tally tally) throws StoreUnavailable {
    for (int from = 0; from < rows.size(); from += PART) {
      Operator.requireTime(DOING);
      List<Long> part = rows.subList(from, Math.min(from + PART, rows.size()));
      tally.add(
          0,
          writer.call(DOING, tables -> tables.sql().overwriting(() -> tables.log().forget(part))));
    }
  }

  private Done forgetMail(long mail) throws StoreUnavailable {
    Done done =
        writer.call(
            DOING,
            tables -> {
              Optional<String> id = tables.mails().id(mail);
              if (id.isEmpty()) {
                return new Done(0, 0);
              }
              return tables
                  .sql()
                  .overwriting(
                      () -> {
                        tables.deliveries().forget(mail);
                        int rows = tables.log().forget(id.get());
                        tables.mails().remove(mail, true);
                        return new Done(1, rows);
                      });
            });
    try {
      int removed = CHUNKS;
      while (removed == CHUNKS) {
        removed = writer.call(DOING, tables -> tables.mails().sweep(mail, CHUNKS));
      }
    } catch (StoreUnavailable e) {
      // The mail is gone, and what is left of its bytes goes when the store can write again.
      writer.sweep(mail);
      throw e;
    }
    return done;
  }
}
