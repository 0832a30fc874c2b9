package io.postern.doctor;

import io.postern.config.Check;
import io.postern.config.Config;
import io.postern.feed.Subscriber;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.settings.Problem.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Examines a gateway from the files it reads to the endpoints and subscribers it posts to. What
/// waits, waits in parallel, each for a bounded time and all for [#TIME_MAX]; findings come in the
/// order of the road.
public final class Doctor {
  /// How long all of it may take.
  static final Duration TIME_MAX = Duration.ofMinutes(2);

  /// How many parts run at once. Platform threads, as one of them is in the database.
  private static final int PARALLEL = 16;

  private final Instruments instruments;
  private final Duration max;

  /// @param instruments what is asked
  public Doctor(Instruments instruments) {
    this(instruments, TIME_MAX);
  }

  /// For tests, which don't wait that long.
  Doctor(Instruments instruments, Duration max) {
    this.instruments = instruments;
    this.max = max;
  }

  /// The outside things.
  ///
  /// @param clock the time
  /// @param chance for ids, and for keys that nobody knows
  /// @param dns what senders see
  /// @param machine what this machine says
  public record Instruments(
      InstantSource clock, RandomGenerator chance, Dns dns, Machine machine) {}

  /// What to examine.
  ///
  /// @param file the configuration file
  /// @param posts true to post a sample to each endpoint, and one with a wrong signature; and a
  ///   test event to each subscriber
  /// @param notice true to send a test notice to those who are told of trouble
  /// @param asService true when this is the service's place, where a secret that can't be read is
  ///   an error
  public record Order(Path file, boolean posts, boolean notice, boolean asService) {
    Severity unreadableSecret() {
      return asService ? Severity.ERROR : Severity.WARNING;
    }
  }

  /// Examines it.
  ///
  /// @return at least one finding
  public List<Finding> examine(Order order) {
    Check check =
        Check.run(
            order.file(),
            instruments.machine().environment(),
            order.unreadableSecret(),
            instruments.clock());
    List<Finding> findings = new ArrayList<>(new FilesExam(check, instruments).findings(order));
    if (check.config() != null) {
      findings.addAll(run(exams(order, check.config(), check)));
    }
    return List.copyOf(findings);
  }

  private List<Exam> exams(Order order, Config config, Check check) {
    List<Exam> exams = new ArrayList<>();
    @Nullable Book book = check.book();
    exams.add(new Exam("store", new StoreExam(config, book, instruments)));
    exams.add(new Exam("dns", new NamesExam(config, instruments)));
    exams.addAll(DoorExam.all(config));
    if (config.notices() != null) {
      exams.add(
          new Exam("notices", new NoticesExam(config.notices(), order.notice(), instruments)));
    }
    if (book != null) {
      book.rules().stream()
          .filter(Rule::enabled)
          .forEach(rule -> exams.addAll(EndpointExam.all(rule, config, order, instruments)));
    }
    if (check.roster() != null) {
      List<Subscriber> enabled =
          check.roster().subscribers().stream().filter(Subscriber::enabled).toList();
      exams.add(new Exam("subscribers", new StandingExam(config, enabled, instruments)));
      enabled.forEach(
          subscriber -> exams.addAll(SubscriberExam.all(subscriber, config, order, instruments)));
    }
    return exams;
  }

  private List<Finding> run(List<Exam> exams) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            PARALLEL, Thread.ofPlatform().daemon().name("exam-", 0).factory());
    try {
      List<Future<List<Finding>>> running =
          threads.invokeAll(
              exams.stream().<Callable<List<Finding>>>map(exam -> exam.look()::findings).toList(),
              max.toMillis(),
              TimeUnit.MILLISECONDS);
      List<Finding> findings = new ArrayList<>();
      for (int i = 0; i < exams.size(); i++) {
        findings.addAll(result(exams.get(i), running.get(i)));
      }
      return findings;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while examining", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Finding> result(Exam exam, Future<List<Finding>> ended) throws InterruptedException {
    try {
      return ended.get();
    } catch (CancellationException _) {
      return List.of(
          Finding.warning(
              exam.subject(),
              "this was not examined to its end in " + max.toSeconds() + " s",
              "try again; see what hangs"));
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the examination of " + exam.subject() + " broke", e.getCause());
    }
  }
}
