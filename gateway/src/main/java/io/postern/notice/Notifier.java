package io.postern.notice;

import io.postern.mail.Ids;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells people by mail what is wrong, and when it is over. Owns one virtual thread, `notices`,
/// which looks at the gateway every half minute, and sends at most one mail of all that there is to
/// tell.
///
/// A relay that takes nothing costs nothing: what is to be told stays noted, in bounds, and the
/// next mail tells how things stand then.
public final class Notifier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Notifier.class);

  /// How often it looks by itself.
  private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

  /// How long it waits after a call, for what comes with it: many endpoints may be of one host.
  private static final Duration GATHER = Duration.ofSeconds(2);

  /// How long it waits after a relay has failed, at first; each time twice as long.
  private static final Duration AGAIN_FIRST = Duration.ofMinutes(1);

  private static final Duration AGAIN_MAX = Duration.ofHours(1);
  private static final Duration STOP_MAX = Duration.ofSeconds(2);

  private final Settings settings;
  private final InstantSource clock;
  private final Ids ids;
  private final ToldFile file;
  private final Notebook notebook;
  private final SmtpRelay relay;

  /// When mails were sent in the last hour, those too of which it is not known.
  private final Deque<Instant> sentAt = new ArrayDeque<>();

  private final Map<Cause, Happening> happenings = new ConcurrentHashMap<>();
  private final Semaphore calls = new Semaphore(0);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong overflow = new AtomicLong();
  private volatile @Nullable String hindrance;
  private volatile @Nullable Thread loop;
  private int failures;
  private Instant againFrom = Instant.MIN;
  private String refusedBefore = "";
  private boolean fileFailing;

  /// What has happened since the last turn.
  private record Happening(long times, long lost, String fact) {
    Happening and(Happening later) {
      return new Happening(times + later.times, lost + later.lost, later.fact);
    }
  }

  /// What came of notices since the start.
  ///
  /// @param sent mails that the relay took
  /// @param failed attempts to send one that came to nothing, or of which it is not known
  /// @param dropped causes that found no place among those that are noted
  public record Counts(long sent, long failed, long dropped) {
    /// Of a gateway that tells nobody.
    public static final Counts NONE = new Counts(0, 0, 0);
  }

  /// Makes one that does nothing until it is started or cranked.
  ///
  /// @param told the file where it notes what it has told
  /// @param clock the time
  /// @param ids names mails
  public Notifier(Settings settings, Path told, InstantSource clock, Ids ids) {
    this(settings, told, clock, ids, new SmtpRelay(settings));
  }

  /// @param relay who carries the mails
  Notifier(Settings settings, Path told, InstantSource clock, Ids ids, SmtpRelay relay) {
    this.settings = settings;
    this.relay = relay;
    this.clock = clock;
    this.ids = ids;
    this.file = new ToldFile(told);
    List<Told> before = new ArrayList<>();
    try {
      before.addAll(file.read());
    } catch (IOException e) {
      log.atWarn().log("what was told before can't be read, and may be told again: {}", "" + e);
    }
    this.notebook = new Notebook(before);
    // Each mail told all of its causes at one time.
    before.stream().map(Told::at).distinct().sorted().forEach(sentAt::add);
  }

  /// Starts the thread.
  ///
  /// @param eye looks at the gateway; it may wait, but not for ever
  public void start(Supplier<Sight> eye) {
    loop = Thread.ofVirtual().name("notices").start(() -> loop(eye));
  }

  /// Has the gateway looked at soon. Never waits.
  public void wake() {
    calls.release();
  }

  /// Takes what has happened and can't be seen by looking. Never waits.
  ///
  /// @param lost how much was lost by it, 1 or more
  /// @param fact what is known of it; it may hold text from outside
  public void happened(Cause cause, long lost, String fact) {
    if (happenings.size() < Notebook.CAUSES_MAX || happenings.containsKey(cause)) {
      happenings.merge(cause, new Happening(1, lost, fact), Happening::and);
    } else {
      overflow.incrementAndGet();
    }
    wake();
  }

  /// Takes what was seen, and sends a mail of what is to be told now, if that may be.
  ///
  /// @return true when the relay took one
  public synchronized boolean runOnce(Sight sight) {
    Instant now = clock.instant();
    notebook.see(sight, now);
    for (Cause cause : Set.copyOf(happenings.keySet())) {
      Happening it = Objects.requireNonNull(happenings.remove(cause));
      notebook.happened(cause, it.times(), it.lost(), it.fact(), now);
    }
    dropped.set(notebook.dropped() + overflow.get());
    List<Note> due = notebook.due(settings.repeat(), now);
    return !due.isEmpty() && mayTry(now) && send(due, now);
  }

  /// A clock that was set back must not keep it waiting for longer than was meant.
  private boolean mayTry(Instant now) {
    sentAt.removeIf(at -> at.isAfter(now) || !now.isBefore(at.plus(Note.REST)));
    boolean isTooSoon = now.isBefore(againFrom) && !againFrom.isAfter(now.plus(AGAIN_MAX));
    return sentAt.size() < settings.perHour() && !isTooSoon;
  }

  private boolean send(List<Note> due, Instant now) {
    Letter letter = Letter.of(ids.next(), settings.hostName(), due, now);
    List<String> refused;
    try {
      refused = relay.send(letter);
    } catch (SmtpRelay.Unanswered e) {
      notSent(e, now);
      // It may have arrived, and both limits hold for all that arrives.
      sentAt.add(now);
      due.forEach(note -> note.doubted(now));
      keep();
      return false;
    } catch (IOException e) {
      notSent(e, now);
      return false;
    }
    sent.incrementAndGet();
    sentAt.add(now);
    failures = 0;
    if (hindrance != null) {
      hindrance = null;
      log.info("notices can be sent again");
    }
    if (!refused.toString().equals(refusedBefore)) {
      refusedBefore = refused.toString();
      refused.forEach(it -> log.atWarn().log("the relay refused one address of a notice: {}", it));
    }
    log.atInfo()
        .addKeyValue("id", letter.id())
        .addKeyValue("causes", due.size())
        .addKeyValue("first", due.getFirst().cause())
        .log("notice sent");
    due.forEach(note -> note.told(now));
    keep();
    return true;
  }

  private void notSent(IOException e, Instant now) {
    failed.incrementAndGet();
    failures++;
    againFrom = now.plus(wait(failures));
    if (hindrance == null) {
      log.atWarn()
          .addKeyValue("relay", settings.relay())
          .log("notices can't be sent, trying again: {}", e.getMessage());
    }
    hindrance = e.getMessage();
  }

  private static Duration wait(int failures) {
    // Six times twice as long is more than the longest.
    Duration wait = AGAIN_FIRST.multipliedBy(1L << Math.min(failures - 1, 6));
    return wait.compareTo(AGAIN_MAX) < 0 ? wait : AGAIN_MAX;
  }

  /// Notes what was told. Without that, a restart tells it again.
  private void keep() {
    try {
      file.write(notebook.told());
      fileFailing = false;
    } catch (IOException e) {
      if (!fileFailing) {
        log.atWarn().log("what was told can't be kept, and may be told again: {}", "" + e);
      }
      fileFailing = true;
    }
  }

  /// What came of notices so far.
  public Counts counts() {
    return new Counts(sent.get(), failed.get(), dropped.get());
  }

  /// Why the last mail could not be sent, in words; empty when it could.
  public Optional<String> hindrance() {
    return Optional.ofNullable(hindrance);
  }

  private void loop(Supplier<Sight> eye) {
    try {
      while (stopping.getCount() > 0) {
        if (calls.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)
            && stopping.await(GATHER.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        calls.drainPermits();
        turn(eye);
      }
    } catch (InterruptedException _) {
      // It is being closed.
    }
  }

  private void turn(Supplier<Sight> eye) {
    try {
      Sight sight = eye.get();
      // What stops is no trouble, however it looks meanwhile.
      if (stopping.getCount() > 0) {
        runOnce(sight);
      }
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      log.atError().setCause(e).log("the notices met a fault of ours and go on");
    }
  }

  /// Stops. A mail that is on its way gets a moment, and is then cut off.
  @Override
  public void close() {
    stopping.countDown();
    wake();
    @Nullable Thread running = loop;
    try {
      if (running != null && !running.join(STOP_MAX)) {
        running.interrupt();
        running.join(STOP_MAX);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
