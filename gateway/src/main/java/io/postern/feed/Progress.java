package io.postern.feed;

import io.postern.journal.CleanText;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Cursor;
import io.postern.queue.Cursor.Batch;
import io.postern.queue.Cursor.Missed;
import io.postern.queue.Cursor.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far one subscriber is in the status log: its cursor, what was gathered behind it, and the
/// batch that this became. A batch is on disk, with a row for each of its posts, before the first
/// one is made. What it makes of the cursor is on disk only after [#save]. For one thread.
final class Progress {
  /// How often it is noted that rows were passed over which are none of the subscriber's business.
  private static final Duration NOTED_EVERY = Duration.ofMinutes(1);

  /// How many events a batch has at most when each is a post of its own, for all of the posts' rows
  /// are written by one commit, beside which the store writes nothing else.
  private static final int POSTS_MAX = 100;

  private final TellingParts parts;
  private final Rows rows;
  private final Notes notes;
  private Cursor cursor;

  /// What was read behind the cursor, while there is no batch.
  private @Nullable Gathering gathering;

  /// The posts of the cursor's batch; empty when they were not read yet.
  private List<Parcel> parcels = List.of();

  private String version = "";

  /// The subscriber whose file's version is at hand, for that is a hash.
  private @Nullable Subscriber hashed;

  private String fileVersion = "";
  private Instant savedAt;

  /// @param notes the rows that are put on disk with the cursor
  /// @param cursor where it stands, as the store has it
  Progress(TellingParts parts, Notes notes, Cursor cursor) {
    this.parts = parts;
    this.rows = parts.rows();
    this.notes = notes;
    this.cursor = cursor;
    this.savedAt = parts.clock().instant();
  }

  /// Where it stands, on disk or not yet.
  Cursor cursor() {
    return cursor;
  }

  Standing standing() {
    return cursor.standing();
  }

  void stand(Standing next) {
    cursor = cursor.with(next);
  }

  void verify(String address) {
    cursor = cursor.verified(address);
  }

  void miss(Missed next) {
    cursor = cursor.with(next);
  }

  boolean hasBatch() {
    return cursor.batch() != null;
  }

  /// The batch that is being posted; there is one.
  Batch batch() {
    Batch batch = cursor.batch();
    if (batch == null) {
      throw new IllegalStateException("there is no batch");
    }
    return batch;
  }

  /// The batch's next post; it was read.
  Parcel next() {
    return parcels.get(batch().done());
  }

  /// Gathers what is behind the cursor and, when it is enough or has waited enough, makes it a
  /// batch.
  ///
  /// @param eventsMax how many events are enough
  /// @return false when there is nothing to post yet
  boolean begin(Subscriber subscriber, int eventsMax, Instant now) throws StoreUnavailable {
    String current = version(subscriber);
    if (gathering == null || !version.equals(current)) {
      version = current;
      gathering = new Gathering(cursor.position(), subscriber);
    }
    Gathering gathered = gathering;
    int postMax = subscriber.dialect().format().eventsMax();
    int most = Math.min(eventsMax, POSTS_MAX * postMax);
    Gathering.Room room = new Gathering.Room(most, parts.inHand().share());
    boolean isAtEnd = rows.gather(subscriber, gathered, room, Long.MAX_VALUE);
    if (gathered.isEmpty()) {
      gathering = null;
      passOver(gathered.last(), isAtEnd, now);
      return false;
    }
    if (!gathered.isFull() && now.isBefore(gathered.ripe(subscriber.batching().interval(), now))) {
      return false;
    }
    gathering = null;
    parcels = gathered.parcels(postMax);
    cursor =
        cursor.with(new Batch(parts.ids().next(), gathered.last(), 0, version, parcels.size()));
    for (int i = 0; i < parcels.size(); i++) {
      notes.queued(batch().postId(i), subscriber, parcels.get(i), now);
    }
    // From here the same events have the same ids, whatever happens.
    save();
    return true;
  }

  private String version(Subscriber subscriber) {
    if (!subscriber.equals(hashed)) {
      hashed = subscriber;
      fileVersion = Teller.fileVersion(subscriber);
    }
    return parts.teller().version(subscriber, fileVersion);
  }

  /// Rows without events for this subscriber need no batch to be done with.
  private void passOver(long last, boolean isAtEnd, Instant now) throws StoreUnavailable {
    boolean isMoved = last > cursor.position();
    cursor = cursor.at(last);
    if (isAtEnd) {
      cursor = cursor.with(cursor.standing().idle());
    }
    if (isMoved && !now.isBefore(savedAt.plus(NOTED_EVERY))) {
      save();
    }
  }

  /// When what was gathered is a batch even if no more comes.
  ///
  /// @param latest when there is nothing, or that would be later
  Instant ripe(Subscriber subscriber, Instant now, Instant latest) {
    if (gathering == null || gathering.isEmpty()) {
      return latest;
    }
    Instant ripe = gathering.ripe(subscriber.batching().interval(), now);
    return ripe.isBefore(latest) ? ripe : latest;
  }

  /// Reads the batch that was noted before this process began; ends one whose posts would not be
  /// the same ones any more.
  void resume(Subscriber subscriber) throws StoreUnavailable {
    Batch batch = batch();
    String current = version(subscriber);
    if (!batch.version().equals(current)) {
      close(Teller.difference(batch.version(), current) + "; its events are posted anew");
      return;
    }
    if (parcels.isEmpty()) {
      version = current;
      parcels = rows.parcels(subscriber, cursor.position(), batch.last());
    }
    if (parcels.size() != batch.posts()) {
      // Something was erased meanwhile: what was the third post may be the second now, or none.
      close("the log was changed; what is left of its events is posted anew");
    }
  }

  /// A post of the batch is over, and with the last one the batch.
  void endPost() {
    Batch batch = batch();
    if (batch.done() + 1 == parcels.size()) {
      cursor = cursor.at(batch.last());
      parcels = List.of();
    } else {
      cursor = cursor.with(batch.next());
    }
  }

  /// Ends the batch without moving on: its open posts will not be made.
  void close(String reason) throws StoreUnavailable {
    if (notes.size() > 0) {
      // Rows of attempts that are not on disk yet would say later that those posts wait still.
      save();
    }
    parts.cursors().abandon(batch().id(), parts.clock().instant(), CleanText.of(reason));
    cursor = cursor.with((Batch) null);
    parcels = List.of();
  }

  /// What is older than a time, less what the posts of a batch that is not over had of it.
  Rows.Passed olderThan(Subscriber subscriber, Instant time) throws StoreUnavailable {
    Rows.Passed passed = rows.olderThan(subscriber, cursor.position(), time);
    if (passed.events() == 0 || !hasBatch()) {
      return passed;
    }
    // The posts are read back when this process has not made them.
    resume(subscriber);
    Rows.Passed left = rows.olderThan(subscriber, cursor.position(), time);
    if (!hasBatch()) {
      return left;
    }
    long taken =
        parcels.subList(0, batch().done()).stream()
            .flatMap(parcel -> parcel.events().stream())
            .filter(event -> event.number() <= left.last())
            .count();
    return new Rows.Passed(left.events() - taken, left.last());
  }

  /// Lets go of what was read, be it gathered or parted into posts: it is read again when it is
  /// wanted.
  void reread() {
    gathering = null;
    parcels = List.of();
  }

  /// Moves on without posting; there is no batch.
  void moveTo(long last) {
    gathering = null;
    cursor = cursor.at(last);
  }

  /// Puts the cursor on disk, with the rows that wait.
  void save() throws StoreUnavailable {
    notes.save(cursor);
    savedAt = parts.clock().instant();
  }
}
