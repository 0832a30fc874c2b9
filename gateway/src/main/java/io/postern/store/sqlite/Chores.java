package io.postern.store.sqlite;

import io.postern.journal.Arrival;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.queue.Spool;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the writer does beside what it is asked: denied rows to write, spools to sweep, free pages
/// and segments to give back, a part at a time, in the transaction of a group or, when there is
/// none, in one of their own.
final class Chores {
  private static final Logger LOG = LoggerFactory.getLogger(Chores.class);

  /// How many denied rows one transaction takes.
  private static final int ROWS_MAX = 1_000;

  /// How many chunks one transaction removes, so that no mail waits long behind it. As many as the
  /// transaction's group may bring, or else a flood of broken-off mails would outrun the sweep.
  private static final int CHUNKS_MAX = Math.toIntExact(Writer.GROUP_BYTES_MAX / Spool.BLOCK);

  /// How much of the file may hold nothing. New mail fills it again without the file growing.
  static final long FREE_BYTES_MAX = 64L * 1024 * 1024;

  /// How many free pages one transaction cuts off.
  private static final int PAGES_MAX = 256;

  private final InstantSource clock;
  private final Denials denials;
  private final Queue<Long> givenUp = new ConcurrentLinkedQueue<>();
  private final SegmentSweep segments;

  /// Whether there are too many free pages. The writer's thread's own.
  private boolean loose;

  /// Whether the last transaction left the segments to the next one. The writer's thread's own.
  private boolean segmentsWait;

  /// Whether something was removed elsewhere since the free space was looked at.
  private final AtomicBoolean removed = new AtomicBoolean();

  Chores(InstantSource clock, int deniedMax, Segments segments) {
    this.clock = clock;
    this.segments = new SegmentSweep(segments);
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

  /// Has the free pages counted anew, and the segments gone through.
  void look() {
    removed.set(true);
  }

  boolean isEmpty() {
    return denials.isEmpty() && givenUp.isEmpty() && !loose && segments.isEmpty() && !removed.get();
  }

  /// How many denied rows wait.
  int deniedWaiting() {
    return denials.waiting();
  }

  /// How many denied rows were only counted.
  long deniedLost() {
    return denials.lost();
  }

  boolean hasRows() {
    return !denials.isEmpty();
  }

  /// What a transaction did.
  ///
  /// @param batch the denied rows that it wrote
  /// @param sweep the chunks that it removed
  /// @param pages how many free pages it may have cut off
  /// @param loose true when there are too many now
  /// @param segments what became of the segments
  record Part(
      Denials.Batch batch, Sweep sweep, int pages, boolean loose, SegmentSweep.Part segments) {
    /// True when there was more to do than a transaction takes.
    boolean more() {
      return batch.rows().size() == ROWS_MAX || sweep.more() || loose || segments.moved() > 0;
    }

    /// How many changes it made, as far as the write-ahead log is concerned.
    int changes() {
      return batch.rows().size() + sweep.chunks() + pages + segments.moved();
    }

    /// True when it was the last that had to cut free pages off.
    boolean shrunk() {
      return pages > 0 && !loose;
    }
  }

  /// What was swept.
  ///
  /// @param chunks how many chunks at most
  /// @param spools how many spools, from the front of the line, are done with
  /// @param more true when there may be more to sweep
  record Sweep(int chunks, int spools, boolean more) {}

  /// Does a part of them within the open transaction.
  Part run(Tables tables) throws SQLException {
    Denials.Batch batch = denials.peek(ROWS_MAX);
    for (Row row : batch.rows()) {
      tables.log().write(row);
    }
    if (batch.overflow() > 0) {
      tables.log().write(overflow(batch.overflow()));
    }
    Sweep sweep = sweep(tables.mails());
    if (loose) {
      tables.mails().shrink(PAGES_MAX);
    }
    boolean look = removed.getAndSet(false);
    if (look) {
      segments.removed();
    }
    boolean still = (look || loose || sweep.chunks() > 0) && isLoose(tables.mails());
    // One sweep a transaction, so that no mail waits for both, and in turns: where mails break off
    // or are refused all the time, there are always chunks to remove.
    segmentsWait = sweep.chunks() > 0 && !segmentsWait;
    SegmentSweep.Part swept = segmentsWait ? SegmentSweep.Part.NONE : segments.run(tables);
    return new Part(batch, sweep, loose ? PAGES_MAX : 0, still, swept);
  }

  /// Finds what a gateway before this one has left undone.
  void begin(MailTable mails) throws SQLException {
    givenUp.addAll(mails.openSpools());
    loose = isLoose(mails);
    segments.begin();
  }

  /// Finds what a commit has left to do that was not heard of: it looked like a fault and was none.
  /// What is in line already does not come twice, however often a database in trouble is opened.
  void resume(MailTable mails) throws SQLException {
    Set<Long> known = new HashSet<>(givenUp);
    for (long mail : mails.removed()) {
      if (known.add(mail)) {
        givenUp.add(mail);
      }
    }
  }

  private static boolean isLoose(MailTable mails) throws SQLException {
    return mails.freePages() * Database.PAGE_BYTES > FREE_BYTES_MAX;
  }

  /// Removes chunks, those first whose spools were given up first.
  private Sweep sweep(MailTable mails) throws SQLException {
    int left = CHUNKS_MAX;
    int spools = 0;
    for (Long mail : givenUp) {
      int removed = sweep(mails, mail, left);
      // A spool without chunks costs its look.
      left -= Math.max(1, removed);
      if (left <= 0) {
        // The last one may have more.
        return new Sweep(CHUNKS_MAX, spools, true);
      }
      spools++;
    }
    return new Sweep(CHUNKS_MAX - left, spools, false);
  }

  /// Removes chunks of one mail. What can't be overwritten must not keep all the rest waiting: it
  /// stays noted in the table of spools, and is found there at the next start.
  private static int sweep(MailTable mails, long mail, int chunksMax) throws SQLException {
    try {
      return mails.sweep(mail, chunksMax);
    } catch (Faults.Refused e) {
      LOG.warn("A removed mail is left to the next start: {}", e.getMessage());
      return 0;
    }
  }

  /// Takes off the list what is on disk.
  void done(Part part) {
    denials.written(part.batch());
    for (int i = 0; i < part.sweep().spools(); i++) {
      givenUp.remove();
    }
    loose = part.loose();
    segments.done(part.segments());
    if (part.sweep().chunks() > 0) {
      segments.removed();
    }
  }

  private Row overflow(long count) {
    Instant now = clock.instant();
    String reason = count + " more refusals came than the log could take";
    return new Row(0, now, Status.DENIED, reason, new Arrival(now, "", "", "", "", ""), Step.NONE);
  }
}
