package io.postern.store.sqlite;

import io.postern.journal.Posting;
import io.postern.journal.RefusalLog;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Accepted;
import io.postern.queue.Blocklist;
import io.postern.queue.Choice;
import io.postern.queue.Claim;
import io.postern.queue.Cursor;
import io.postern.queue.Cursors;
import io.postern.queue.Demand;
import io.postern.queue.Done;
import io.postern.queue.Expired;
import io.postern.queue.MailQueue;
import io.postern.queue.Pause;
import io.postern.queue.Settlement;
import io.postern.queue.Spool;
import io.postern.queue.StoreFigures;
import io.postern.queue.Traces;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The line and the status log in one SQLite file (WAL, synchronous=FULL), with long messages in
/// files beside it: what a method has returned from is on disk. One gateway at a time has it;
/// commands may read beside it.
///
/// What changes something goes to the one writing thread and returns with the fsync of the
/// transaction that it shared with others. What reads is the [SqliteReader]'s part and goes to a
/// few reading threads. Both wait whatever the caller's interrupts say: a change on its way to disk
/// is never reported as failed.
public final class SqliteStore extends SqliteReader
    implements MailQueue, RefusalLog, Blocklist, Cursors {
  /// The kind of the books of rules.
  public static final String RULES = "rules";

  private final GatewayLock lock;
  private final Database database;
  private final Checkpointer checkpointer;
  private final Writer writer;
  private final Operator operator;
  private final Eraser eraser;
  private final Purge purge;
  private final Room room;
  private final UnreadNotice unread = new UnreadNotice();
  private volatile Runnable onReady = () -> {};

  private SqliteStore(GatewayLock lock, Database database, Settings settings, InstantSource clock) {
    super(new Readers(database, settings));
    this.lock = lock;
    this.database = database;
    this.room = new Room(database, clock, settings.reserveBytes());
    this.checkpointer = new Checkpointer(database);
    this.writer = new Writer(database, clock, System::nanoTime, settings, new Told());
    this.operator = new Operator(readers, writer, clock);
    this.eraser = new Eraser(new TraceWalk(readers), writer, checkpointer::moveAll);
    this.purge = new Purge(readers, writer);
  }

  /// Opens the store for a gateway. Makes the database when there is none, brings it up to date,
  /// and makes ready again what a process before this one had leased: holding the lock proves that
  /// it is gone.
  ///
  /// @throws StoreUnavailable with one sentence for the one who started it: when another gateway
  ///   has the database, when it is another user's, newer than this program or not ours, or when it
  ///   can't be used
  public static SqliteStore open(Settings settings, InstantSource clock) throws StoreUnavailable {
    return open(settings, clock, UnaryOperator.identity());
  }

  /// Opens the store in the same way for a command that changes something while no gateway runs. A
  /// store that is not there is not made: it would be the caller's and not the gateway's.
  public static SqliteStore openExisting(Settings settings, InstantSource clock)
      throws StoreUnavailable {
    return open(Database.existing(settings), settings, clock, Owned::ownerIn);
  }

  /// For tests, which stand between the writer and its connection.
  static SqliteStore open(Settings settings, InstantSource clock, UnaryOperator<Connection> door)
      throws StoreUnavailable {
    return open(settings, clock, door, UnaryOperator.identity());
  }

  /// For tests, which stand between the checkpointer and its connection as well.
  static SqliteStore open(
      Settings settings,
      InstantSource clock,
      UnaryOperator<Connection> door,
      UnaryOperator<Connection> checkpoints)
      throws StoreUnavailable {
    return open(Database.resolve(settings, door, checkpoints), settings, clock, Owned::ownerIn);
  }

  /// For tests, which are one user only.
  static SqliteStore open(
      Database database, Settings settings, InstantSource clock, Owned.Maker maker)
      throws StoreUnavailable {
    // Before the lock, which is a file as well.
    Owned.requireOwn(database.path(), maker);
    GatewayLock lock = GatewayLock.take(database.path());
    try {
      database.create();
      SqliteStore store = new SqliteStore(lock, database, settings, clock);
      store.start();
      return store;
    } catch (StoreUnavailable | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void start() throws StoreUnavailable {
    try {
      writer.prepare();
      checkpointer.start();
      writer.start();
    } catch (StoreUnavailable | RuntimeException e) {
      writer.close();
      readers.close();
      throw e;
    }
  }

  @Override
  public Spool spool() {
    return new StoredSpool(writer);
  }

  @Override
  public void put(Accepted accepted, Spool message) throws StoreUnavailable {
    if (!(message instanceof StoredSpool spool)) {
      throw new IllegalArgumentException("the spool is of another store");
    }
    // From here the promise holds: when this returns, the commit that carries the mail is synced,
    // and only then may anybody say 250.
    spool.keep(accepted);
  }

  @Override
  public List<Claim> claim(Demand demand, Instant now) throws StoreUnavailable {
    if (demand.wants().isEmpty() || demand.room() <= 0) {
      return List.of();
    }
    // The attempt is counted on disk before it is made, so that a crash can't make it unseen.
    DeliveryTable.Leases leases =
        writer.call("lease deliveries", tables -> tables.deliveries().claim(demand, now, readers));
    unread.tell(leases.unread(), now);
    return leases.claims();
  }

  @Override
  public boolean settle(Claim claim, Settlement settlement) throws StoreUnavailable {
    return writer.call(
        "settle a delivery",
        tables -> {
          Optional<DeliveryTable.Settled> settled = tables.deliveries().settle(claim, settlement);
          if (settled.filter(DeliveryTable.Settled.READY_NOW::equals).isPresent()) {
            tables.madeReady();
          }
          return settled.isPresent();
        });
  }

  @Override
  public void elapse(Collection<String> rules, Duration time) throws StoreUnavailable {
    if (!rules.isEmpty() && time.isPositive()) {
      List<String> named = List.copyOf(rules);
      writer.run("move the clocks of rules", tables -> tables.rules().elapse(named, time));
    }
  }

  @Override
  public boolean bringForward(Map<String, Duration> longest, Instant now) throws StoreUnavailable {
    Map<String, Duration> waits = Map.copyOf(longest);
    return writer.call(
        "bring deliveries forward",
        tables -> {
          int changed = tables.deliveries().bringForward(waits, now);
          if (changed > 0) {
            tables.madeReady();
          }
          return changed == DeliveryTable.FORWARD_MAX;
        });
  }

  @Override
  public void pause(Pause pause) throws StoreUnavailable {
    writer.run("pause an endpoint", tables -> tables.rules().pause(pause));
  }

  @Override
  public boolean resume(String rule) throws StoreUnavailable {
    return resume("resume an endpoint", tables -> tables.rules().resume(rule));
  }

  @Override
  public boolean resumeFailing(String rule) throws StoreUnavailable {
    return resume("resume an endpoint that failed", tables -> tables.rules().resumeFailing(rule));
  }

  private boolean resume(String doing, Change<Boolean> change) throws StoreUnavailable {
    return writer.call(
        doing,
        tables -> {
          boolean resumed = change.apply(tables);
          if (resumed) {
            tables.madeReady();
          }
          return resumed;
        });
  }

  @Override
  public boolean block(Block block) throws StoreUnavailable {
    return writer.call("block a sender", tables -> tables.blocks().add(block));
  }

  @Override
  public boolean unblock(String sender, Instant now) throws StoreUnavailable {
    return writer.call("unblock a sender", tables -> tables.blocks().remove(sender, now));
  }

  @Override
  public long replay(Choice choice, String toRule) throws StoreUnavailable {
    return operator.replay(choice, toRule);
  }

  @Override
  public long drop(Choice choice) throws StoreUnavailable {
    return operator.drop(choice);
  }

  @Override
  public Done forget(Traces traces) throws StoreUnavailable {
    return eraser.forget(traces);
  }

  @Override
  public boolean purge(Expired expired) throws StoreUnavailable {
    return purge.run(expired);
  }

  @Override
  public void keep(Collection<String> subscribers, Instant now) throws StoreUnavailable {
    List<String> named = List.copyOf(subscribers);
    writer.run("keep the log for subscribers", tables -> tables.cursors().keep(named, now));
  }

  @Override
  public void save(Cursor cursor, List<Posting> postings) throws StoreUnavailable {
    writer.run(
        "note how far a subscriber is",
        tables -> {
          tables.cursors().save(cursor);
          for (Posting posting : postings) {
            tables.posts().write(posting);
          }
        });
  }

  @Override
  public void abandon(String batch, Instant now, String reason) throws StoreUnavailable {
    writer.call("give posts up", tables -> tables.posts().abandon(batch, now, reason));
  }

  @Override
  public boolean pauseSubscriber(Pause pause) throws StoreUnavailable {
    return writer.call("pause a subscriber", tables -> tables.cursors().pause(pause));
  }

  @Override
  public boolean resumeSubscriber(String subscriber) throws StoreUnavailable {
    return writer.call("resume a subscriber", tables -> tables.cursors().resume(subscriber));
  }

  @Override
  public boolean resumeFailingSubscriber(String subscriber) throws StoreUnavailable {
    return writer.call(
        "resume a subscriber that failed", tables -> tables.cursors().resumeFailing(subscriber));
  }

  @Override
  public boolean askSkip(String subscriber, long event) throws StoreUnavailable {
    return writer.call(
        "note an event to be skipped", tables -> tables.cursors().askSkip(subscriber, event));
  }

  @Override
  public void endSkip(String subscriber, long event) throws StoreUnavailable {
    writer.run(
        "end the skipping of an event", tables -> tables.cursors().endSkip(subscriber, event));
  }

  /// A book as it was kept: the texts of a folder of files.
  ///
  /// @param version its content hash
  /// @param taken when it was taken last
  /// @param text all of it
  public record KeptBook(String version, Instant taken, String text) {}

  /// Keeps a book that was taken; one taken again becomes the latest. The last 50 of each kind are
  /// kept.
  ///
  /// @param kind such as `rules`
  /// @param version its content hash
  /// @param taken when
  /// @param text all of it
  public void keepBook(String kind, String version, Instant taken, String text)
      throws StoreUnavailable {
    writer.run("keep a rule book", tables -> tables.rules().keepBook(kind, version, taken, text));
  }

  /// Keeps a book of rules that was taken, and the accounts of its rules, together.
  ///
  /// @param accounts by the rule's name; empty for a rule in none
  public void keepRules(KeptBook book, Map<String, String> accounts) throws StoreUnavailable {
    Map<String, String> all = Map.copyOf(accounts);
    writer.run(
        "keep a rule book",
        tables -> {
          tables.rules().keepBook(RULES, book.version(), book.taken(), book.text());
          tables.rules().keepAccounts(all);
        });
  }

  @Override
  public void onReady(Runnable listener) {
    onReady = listener;
  }

  @Override
  public boolean hasRoom(long bytes) {
    return room.has(bytes);
  }

  /// What went wrong with the last transaction, or that one has not returned for long, in words;
  /// empty when it was committed, and before the first. Where nobody has anything to write, the
  /// store itself tries again every few seconds.
  public Optional<String> fault() {
    return writer.fault();
  }

  /// How often the writer's loop has turned, whatever came of it. It turns every few seconds at
  /// least; a number that stands still for longer is a loop that hangs, most likely in the disk.
  public long turns() {
    return writer.turns();
  }

  /// The size of the write-ahead log, in bytes.
  public long walBytes() {
    return database.walBytes();
  }

  /// What it has done, has to do, and takes of the disk. Asks the file system, not the database.
  public StoreFigures figures() {
    return writer.figures(
        new StoreFigures.Disk(
            database.fileBytes(),
            database.walBytes(),
            database.segments().bytes(),
            room.free(),
            room.reserveBytes()));
  }

  @Override
  public void deny(Row row) {
    writer.deny(row);
  }

  /// Serves what was asked for, writes the denied rows that wait, moves the write-ahead log into
  /// the file, and gives the lock back. Closing twice does no harm.
  @Override
  public void close() {
    writer.close();
    readers.close();
    checkpointer.close();
    lock.close();
  }

  /// What the writer's commits set off.
  private final class Told implements Writer.Commits {
    @Override
    public void ready() {
      onReady.run();
    }

    @Override
    public void written(int changes, long bytes) {
      checkpointer.written(changes, bytes);
    }

    @Override
    public void shrunk() {
      checkpointer.moveAll();
    }

    @Override
    public void logRemoved() {
      checkpointer.moveAll();
    }
  }
}
