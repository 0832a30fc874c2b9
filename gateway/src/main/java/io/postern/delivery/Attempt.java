package io.postern.delivery;

import io.postern.delivery.Window.Sign;
import io.postern.mime.ParsedMail;
import io.postern.queue.Claim;
import io.postern.queue.Pause;
import io.postern.queue.Settlement;
import io.postern.queue.Settlement.Trial;
import io.postern.rules.Retry;
import io.postern.rules.Rule;
import io.postern.webhook.Body;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Payload;
import io.postern.webhook.Proof;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one attempt: reads the mail, renders it, calls the URL and, when that is deferred, the
/// backup URL, and says how the queue should settle it. Runs on a virtual thread of its own.
final class Attempt {
  private static final Logger log = LoggerFactory.getLogger(Attempt.class);

  /// How long a delivery waits when its stored message could not be read: a tenth of its age,
  /// within these bounds. What is damaged stays so, and there may be thousands of it.
  private static final Duration UNREAD_WAIT = Duration.ofSeconds(10);

  private static final Duration UNREAD_WAIT_MAX = Duration.ofMinutes(10);
  private static final int UNREAD_WAIT_PART = 10;

  /// Messages above this size are read and rendered only a few at a time.
  private static final int LARGE = 256 * 1024;

  private static final int LARGE_AT_ONCE_MAX = 4;

  private final Courier courier;
  private final Payload.Gateway gateway;
  private final InstantSource clock;
  private final RandomGenerator chance;
  private final Slots slots;
  private final Semaphore large = new Semaphore(LARGE_AT_ONCE_MAX);

  /// @param slots where a call to a backup URL takes one
  Attempt(
      Courier courier,
      Payload.Gateway gateway,
      InstantSource clock,
      RandomGenerator chance,
      Slots slots) {
    this.courier = courier;
    this.gateway = gateway;
    this.clock = clock;
    this.chance = chance;
    this.slots = slots;
  }

  /// What came of an attempt.
  ///
  /// @param settlement for the queue
  /// @param sign for the endpoint's window
  /// @param rest how long the endpoint asked to be left alone; null when it did not
  /// @param pause why the endpoint is to be paused; null when it is not
  record Result(
      Settlement settlement, Sign sign, @Nullable Duration rest, Pause.@Nullable Cause pause) {
    private static Result of(Settlement settlement, Sign sign) {
      return new Result(settlement, sign, null, null);
    }

    /// The attempt was not made, by no fault.
    static Result unmade(Instant due) {
      return of(new Settlement.Unmade(due), Sign.NONE);
    }
  }

  /// Makes it.
  ///
  /// @param rule the claim's rule in the book in force
  /// @param probed true when the endpoint is paused and this is to find out whether it still fails
  Result make(Claim claim, Rule rule, boolean probed) {
    long start = System.nanoTime();
    Outcome outcome;
    try {
      outcome = call(claim, rule.endpoint());
    } catch (IOException e) {
      log.atError()
          .addKeyValue("delivery", claim.delivery())
          .addKeyValue("rule", claim.rule())
          .log("the stored message could not be read: {}", e.getMessage());
      Instant due = clock.instant().plus(unreadWait(claim.age()));
      return Result.of(new Settlement.Unmade(due, true), Sign.NONE);
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
      log.atError()
          .addKeyValue("delivery", claim.delivery())
          .addKeyValue("rule", claim.rule())
          .setCause(e)
          .log("an attempt failed by a fault of ours");
      outcome = new Outcome.NotMade("internal error: " + e.getClass().getSimpleName());
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    return judge(claim, rule.retry(), probed, outcome, elapsed);
  }

  private static Duration unreadWait(Duration age) {
    Duration wait = age.dividedBy(UNREAD_WAIT_PART);
    Duration atLeast = wait.compareTo(UNREAD_WAIT) < 0 ? UNREAD_WAIT : wait;
    return atLeast.compareTo(UNREAD_WAIT_MAX) > 0 ? UNREAD_WAIT_MAX : atLeast;
  }

  private Result judge(
      Claim claim, Retry retry, boolean probed, Outcome outcome, Duration elapsed) {
    Instant now = clock.instant();
    Instant due = Schedule.next(now, retry, claim.age(), null, chance);
    return switch (outcome) {
      case Outcome.Accepted(int status, boolean byBackup) ->
          // What the backup took says that mail gets through, and nothing on the URL itself.
          Result.of(
              new Settlement.Done(new Trial(now, elapsed, status, "", "")),
              byBackup ? Sign.ALIVE : Sign.TAKEN);
      case Outcome.Refused(int status, String reason, String detail) ->
          Result.of(
              new Settlement.Dead(new Trial(now, elapsed, status, reason, detail)), Sign.ALIVE);
      case Outcome.Gone(String reason, String detail) ->
          new Result(
              new Settlement.Again(
                  new Trial(now, elapsed, 410, reason + "; the endpoint is paused", detail), due),
              Sign.NONE,
              null,
              Pause.Cause.GONE);
      // It is due at once for the next process, as what a crash leaves is.
      case Outcome.NotMade(_, boolean stopping) when stopping -> Result.unmade(now);
      case Outcome.NotMade(String reason, _) ->
          // The next one would most likely meet the same fault: a few find out, not all that wait.
          Result.of(
              new Settlement.Again(new Trial(now, elapsed, 0, reason, ""), due, true), Sign.FAILED);
      case Outcome.Deferred deferred -> defer(claim, retry, probed, deferred, now, elapsed);
    };
  }

  private Result defer(
      Claim claim,
      Retry retry,
      boolean probed,
      Outcome.Deferred deferred,
      Instant now,
      Duration elapsed) {
    int status = deferred.httpStatus();
    boolean isPressed = status == 429 || status == 503;
    Sign sign = isPressed ? Sign.PRESSED : Sign.FAILED;
    Trial trial = new Trial(now, elapsed, status, deferred.reason(), deferred.detail());
    boolean isHopeless = Schedule.isHopeless(claim.failing(), retry.pauseAfter(), retry.period());
    // Only an attempt that was made after the period's end may be the last; and nothing is given up
    // for an endpoint that is paused, or now will be.
    if (claim.age().compareTo(retry.period()) >= 0 && !probed && !isHopeless) {
      String last =
          "given up after " + Schedule.days(retry.period()) + "; last: " + deferred.reason();
      return Result.of(
          new Settlement.Dead(new Trial(now, elapsed, status, last, deferred.detail())), sign);
    }
    Instant due = Schedule.next(now, retry, claim.age(), deferred.retryAfter(), chance);
    if (probed && due.isBefore(now.plus(Schedule.PROBE_PAUSED_EVERY))) {
      // Another delivery gets the next probe: it may be this one that the endpoint can't take.
      due = now.plus(Schedule.PROBE_PAUSED_EVERY);
    }
    return new Result(
        new Settlement.Again(trial, due),
        sign,
        isPressed ? deferred.retryAfter() : null,
        isHopeless && !probed ? Pause.Cause.FAILING : null);
  }

  private Outcome call(Claim claim, Endpoint endpoint) throws IOException {
    Proof proof;
    try {
      proof = endpoint.authentication().proof(clock.instant(), chance);
    } catch (IOException e) {
      return new Outcome.NotMade("secret unreadable: " + e.getMessage());
    }
    Body body = render(claim, endpoint, proof);
    Outcome outcome = carry(claim, endpoint, endpoint.url(), body);
    @Nullable URI backup = endpoint.backupUrl();
    return outcome instanceof Outcome.Deferred first && backup != null
        ? first.orBackup(standIn(claim, endpoint, backup, body, proof))
        : outcome;
  }

  /// Calls the backup URL. Its host may be the endpoint of other rules, and gets no more calls at
  /// once than a host may: where it has as many, this one waits for one of them to end.
  private Outcome standIn(Claim claim, Endpoint endpoint, URI backup, Body body, Proof proof)
      throws IOException {
    String host = Slots.host(backup);
    // At its own host the attempt holds a slot already.
    boolean isElsewhere = !host.equals(Slots.host(endpoint.url()));
    if (isElsewhere && !slots.takeAt(host, endpoint.timeout())) {
      return new Outcome.Deferred(0, "not called, its host has as many calls as it may", "", null);
    }
    try {
      // Each call of a signed format has a signature of its own; all others have the same bytes.
      boolean isSigned = endpoint.dialect().format().isSigned();
      Body next = isSigned ? render(claim, endpoint, again(proof)) : body;
      return carry(claim, endpoint, backup, next);
    } finally {
      if (isElsewhere) {
        slots.freeAt(host);
      }
    }
  }

  private Proof again(Proof proof) {
    return Proof.of(proof.apiKey(), proof.signingKey(), clock.instant(), chance);
  }

  private Outcome carry(Claim claim, Endpoint endpoint, URI url, Body body) throws IOException {
    return courier.carry(
        new Courier.Post(endpoint, url, claim.delivery(), claim.attempt(), claim.replay(), body));
  }

  private Body render(Claim claim, Endpoint endpoint, Proof proof) throws IOException {
    boolean isLarge = claim.mail().message().size() > LARGE;
    if (isLarge) {
      large.acquireUninterruptibly();
    }
    try {
      ParsedMail parsed = ParsedMail.parse(claim.mail().message());
      Payload payload =
          new Payload(
              claim.delivery(), claim.rule(), claim.recipient(), claim.mail(), parsed, gateway);
      return endpoint.dialect().body(payload, proof);
    } finally {
      if (isLarge) {
        large.release();
      }
    }
  }
}
