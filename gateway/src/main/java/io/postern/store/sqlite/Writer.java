package io.postern.store.sqlite;

import io.postern.count.Histogram;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.StoreFigures;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that changes the database, on a connection of its own. It drains what waits into
/// one transaction, so that one fsync serves all of it; while that runs, the next group gathers by
/// itself, and nobody ever waits for a group to fill.
///
/// A change that can't be made is undone alone, and those beside it are made. A fault of the
/// engine, at the latest in the commit, fails all changes of its group, and the connection is
/// opened anew for the next group, however often that takes: a database that was locked, full or
/// gone is used again as soon as it is back.
final class Writer {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

  /// How many changes may wait for the thread; more callers wait to get in line.
  private static final int WAITING_MAX = 4_096;

  /// How many bytes one transaction writes, about, so that a small mail waits for few large ones.
  static final long GROUP_BYTES_MAX = 4L * 1024 * 1024;

  /// The longest time between two turns of the loop, so that one that hangs can be told from one
  /// that has nothing to do.
  private static final long TURN_NANOS = Duration.ofSeconds(5).toNanos();

  /// How long a transaction may take before it counts as a fault, though it may still end well:
  /// twice as long as it waits for another program that holds the database.
  private static final Duration TRANSACTION_MAX = Duration.ofSeconds(10);

  private final Database database;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final int groupMax;
  private final long choresWaitNanos;
  private final Commits commits;
  private final Line line = new Line(WAITING_MAX);
  private final Chores chores;
  private final AtomicLong nextMail = new AtomicLong();
  private final AtomicLong turns = new AtomicLong();
  private final Thread thread;

  /// The open connection. The thread's own once it runs; null when the next group must open it.
  private @Nullable Tables tables;

  /// The write-ahead log of the first connection, and so of all: SQLite itself removes it only when
  /// nobody has the database open any more, and the checkpointer always has.
  private String log = "";

  private boolean migrated;
  private long choresAt = System.nanoTime();
  private boolean choresFailing;

  /// Bounds from what a good SSD takes to what a person would call broken, in seconds.
  private final Histogram commitSeconds =
      new Histogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5);

  private final Histogram groupSizes = new Histogram(1, 2, 4, 8, 16, 32, 64, 128, 256);
  private final LongAdder lost = new LongAdder();

  /// What was wrong with the last transaction; empty when nothing was.
  private volatile Optional<String> fault = Optional.empty();

  /// When the transaction began that has not returned yet, by [#nanos], which no leap of the clock
  /// moves; null while there is none.
  private volatile @Nullable Long begun;

  /// Who is told of commits, on the writer's thread.
  interface Commits {
    /// Deliveries became ready.
    void ready();

    /// The write-ahead log has grown.
    ///
    /// @param changes how many changes the transaction took
    /// @param bytes how much those wrote, about
    void written(int changes, long bytes);

    /// The file has become shorter, or will when the write-ahead log is moved into it.
    void shrunk();

    /// The write-ahead log has lost its name, and goes with this process unless it is moved.
    void logRemoved();
  }

  /// @param nanos tells how long a transaction takes, as [System#nanoTime] does
  Writer(
      Database database,
      InstantSource clock,
      LongSupplier nanos,
      Settings settings,
      Commits commits) {
    this.database = database;
    this.clock = clock;
    this.nanos = nanos;
    this.groupMax = settings.groupMax();
    this.choresWaitNanos = settings.choresWait().toNanos();
    this.commits = commits;
    this.chores = new Chores(clock, settings.deniedMax(), database.segments());
    this.thread = Thread.ofPlatform().daemon().name("postern-writer").unstarted(this::loop);
  }

  /// Brings the database up to date, and ends the leases of the process before us. Before the
  /// thread is started, another connection must have the database open: without one, the
  /// write-ahead log would go with the first connection that is given up.
  void prepare() throws StoreUnavailable {
    try {
      Tables opened = open();
      opened.begin();
      opened.deliveries().endLeases();
      opened.commit();
      chores.begin(opened.mails());
    } catch (SQLException e) {
      drop();
      throw Faults.unavailable("open " + database.path(), e);
    } catch (StoreUnavailable | RuntimeException e) {
      drop();
      throw e;
    }
  }

  /// Starts the thread.
  void start() {
    thread.start();
  }

  /// Has a change made, and returns when it is on disk.
  ///
  /// @param doing what it is, in words that follow "The store can't"
  <T> T call(String doing, Change<T> change) throws StoreUnavailable {
    return send(doing, change, 0).await();
  }

  /// The same for a change that has nothing to tell.
  void run(String doing, Change.Silent change) throws StoreUnavailable {
    call(
        doing,
        tables -> {
          change.apply(tables);
          return true;
        });
  }

  /// Gets a change in line, and returns at once.
  ///
  /// @param bytes how much it writes, about
  <T> Ticket<T> send(String doing, Change<T> change, long bytes) throws StoreUnavailable {
    return send(new Ticket<>(doing, change, bytes, false));
  }

  /// The same for the blocks of a long message, and for what must come after them: what is sent by
  /// others meanwhile may overtake it.
  <T> Ticket<T> sendPatiently(String doing, Change<T> change, long bytes) throws StoreUnavailable {
    return send(new Ticket<>(doing, change, bytes, true));
  }

  private <T> Ticket<T> send(Ticket<T> ticket) throws StoreUnavailable {
    if (!line.add(ticket)) {
      throw Faults.refused("The store can't " + ticket.doing() + ": it is closed.");
    }
    return ticket;
  }

  /// A number for a new mail.
  long nextMail() {
    return nextMail.getAndIncrement();
  }

  /// Gets a denied row in line. Never blocks.
  void deny(Row row) {
    if (chores.deny(row)) {
      line.nudge();
    }
  }

  /// Has the chunks of a mail removed, unless it was accepted.
  void sweep(long mail) {
    chores.sweep(mail);
    line.nudge();
  }

  /// Has the file looked at, and shortened if much of it holds nothing.
  void tidy() {
    chores.look();
    line.nudge();
  }

  /// What was wrong with the last transaction, or that the one after it does not return; empty when
  /// nothing is.
  Optional<String> fault() {
    return fault.or(this::hang);
  }

  /// A disk that hangs in a sync never says so itself.
  private Optional<String> hang() {
    @Nullable Long since = begun;
    Duration passed = since == null ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - since);
    return passed.compareTo(TRANSACTION_MAX) < 0
        ? Optional.empty()
        : Optional.of("a transaction has not returned for " + passed.toSeconds() + " s");
  }

  /// What it has done and has to do.
  ///
  /// @param disk what the store takes of it
  StoreFigures figures(StoreFigures.Disk disk) {
    return new StoreFigures(
        fault(),
        commitSeconds.snapshot(),
        groupSizes.snapshot(),
        lost.sum(),
        line.size(),
        chores.deniedWaiting(),
        chores.deniedLost(),
        disk);
  }

  /// How often the loop has turned, whatever came of it.
  long turns() {
    return turns.get();
  }

  /// Serves what waits, then ends the thread and closes its connection.
  void close() {
    line.close();
    Waits.join(thread);
    drop();
  }

  private void loop() {
    while (!line.isOver()) {
      turns.incrementAndGet();
      try {
        line.await(Math.min(untilChores(), TURN_NANOS));
      } catch (InterruptedException _) {
        // Nobody but close() ends this thread: mail may be waiting for it.
        continue;
      }
      survive();
    }
    boolean going = true;
    while (going && chores.hasRows()) {
      choresAt = System.nanoTime();
      going = survive();
    }
  }

  /// One transaction; whatever is thrown there, the thread goes on, for without it nothing is kept
  /// any more.
  private boolean survive() {
    begun = nanos.getAsLong();
    try {
      return runOnce();
    } catch (RuntimeException | Error e) {
      LOG.error("The store's writer stumbled and goes on", e);
      return false;
    } finally {
      begun = null;
    }
  }

  /// One transaction with what waits now; none when nothing does, but after a fault.
  ///
  /// @return false when it was lost
  private boolean runOnce() {
    boolean choresDue = untilChores() == 0;
    // Chores that failed are tried alone: they must not take mail down with them.
    List<Ticket<?>> group =
        choresDue && choresFailing ? List.of() : line.drain(groupMax, GROUP_BYTES_MAX);
    // With nothing to do after a fault, it is found out whether it has passed: who waits for that
    // before he sends mail would wait for ever.
    boolean isTrial = group.isEmpty() && !choresDue;
    if (isTrial && fault.isEmpty() && (tables == null || isLogThere())) {
      return true;
    }
    Tables open;
    try {
      open = open();
    } catch (SQLException | StoreUnavailable | RuntimeException | Error e) {
      // A connection that is open stays so: while it holds a file that was moved away, no other
      // file can get the same identity.
      tell(group, e);
      return false;
    }
    Optional<Chores.Part> part = Optional.empty();
    try {
      open.begin();
      runAll(open, group);
      if (choresDue) {
        part = runChores(open);
      }
      if (isTrial) {
        open.touch();
      }
      long before = nanos.getAsLong();
      open.commit();
      commitSeconds.note((nanos.getAsLong() - before) / 1e9);
    } catch (SQLException | RuntimeException | Error e) {
      tell(group, e);
      drop();
      return false;
    }
    group.forEach(Ticket::committed);
    if (!group.isEmpty()) {
      groupSizes.note(group.size());
    }
    fault = Optional.empty();
    part.ifPresent(this::choresDone);
    tellOthers(open, group, part);
    return true;
  }

  /// Runs the changes of a group. Hardly any ever fails, and a savepoint costs each of them a copy
  /// of every page that it touches. So there are none at first, and when one fails, all are undone
  /// and run again with them.
  private static void runAll(Tables open, List<Ticket<?>> group) throws SQLException {
    for (Ticket<?> ticket : group) {
      Optional<Exception> wrong = ticket.run(open);
      if (wrong.isPresent()) {
        open.startOver(wrong.get());
        for (Ticket<?> each : group) {
          each.runAlone(open);
        }
        return;
      }
    }
  }

  private Optional<Chores.Part> runChores(Tables open) throws SQLException {
    open.savepoint();
    try {
      Chores.Part part = chores.run(open);
      open.release();
      choresAt = System.nanoTime() + (part.more() ? 0 : choresWaitNanos);
      return Optional.of(part);
    } catch (SQLException | RuntimeException e) {
      choresFailed(e);
      open.undo(e);
      return Optional.empty();
    }
  }

  private void choresDone(Chores.Part part) {
    chores.done(part);
    choresFailing = false;
  }

  private void choresFailed(Throwable why) {
    choresAt = System.nanoTime() + choresWaitNanos;
    if (!choresFailing) {
      // Once is enough for a fault that may last: it is tried again and again.
      choresFailing = true;
      LOG.warn("The store could not write denied rows or sweep a spool: {}", why.toString());
    }
  }

  private void tellOthers(Tables open, List<Ticket<?>> group, Optional<Chores.Part> part) {
    try {
      if (open.isReady()) {
        commits.ready();
      }
      int changes = group.size() + part.map(Chores.Part::changes).orElse(0);
      commits.written(changes, group.stream().mapToLong(Ticket::bytes).sum());
      if (part.filter(Chores.Part::shrunk).isPresent()) {
        commits.shrunk();
      }
    } catch (RuntimeException e) {
      // Somebody's listener is at fault; the changes are on disk and the next group must not
      // suffer.
      LOG.warn("A listener of the store failed", e);
    }
  }

  /// Fails a group whose transaction is lost. Those who wait come first, whatever happens next.
  private void tell(List<Ticket<?>> group, Throwable why) {
    lost.increment();
    group.forEach(ticket -> ticket.lost(why));
    if (group.isEmpty() && !chores.isEmpty()) {
      choresFailed(why);
    }
    Optional<String> now = Optional.of(Faults.words(why));
    // A log that is removed while something else is wrong asks for somebody, and must be told of.
    if (fault.isEmpty() || (why instanceof Faults.LogRemoved && !fault.equals(now))) {
      LOG.error("The store can't write: {}", why.toString());
    }
    fault = now;
  }

  /// How long the thread may sleep as far as the chores go.
  private long untilChores() {
    return chores.isEmpty() ? Long.MAX_VALUE : Math.max(0, choresAt - System.nanoTime());
  }

  /// The connection, opened when there is none; not while the name of the file, or of its log,
  /// means another file or none. A connection opened anew would write a new log, with the index
  /// that the others have of the old one: neither they nor it would find the right pages.
  private Tables open() throws SQLException, StoreUnavailable {
    database.requireSame();
    if (!log.isEmpty()) {
      requireLog();
    }
    if (tables != null) {
      return tables;
    }
    Tables opened = new Tables(database.writer(), database.segments(), clock);
    try {
      if (migrated) {
        // An emptied file is a fault, not a new beginning.
        Schema.verify(opened.sql(), database.path());
        chores.resume(opened.mails());
      } else {
        Schema.migrate(opened.sql(), database.path());
        opened.chunks().findSegments();
      }
      long next = opened.mails().nextNumber();
      nextMail.accumulateAndGet(next, Math::max);
    } catch (SQLException | StoreUnavailable | RuntimeException e) {
      opened.close();
      throw e;
    }
    tables = opened;
    if (log.isEmpty()) {
      log = database.log();
    }
    migrated = true;
    return opened;
  }

  /// Makes sure that the write-ahead log can still be found by the next process: what is committed
  /// to a file without a name is nowhere once nobody has it open.
  private void requireLog() throws SQLException {
    if (!isLogThere()) {
      // Those who have it open can still save what was promised.
      commits.logRemoved();
      throw new Faults.LogRemoved(
          "the write-ahead log of "
              + database.path()
              + " was removed while the gateway runs: what it held is moved into the database;"
              + " restart the gateway");
    }
  }

  private boolean isLogThere() {
    return database.log().equals(log);
  }

  private void drop() {
    Tables open = tables;
    tables = null;
    if (open != null) {
      open.close();
    }
  }
}
