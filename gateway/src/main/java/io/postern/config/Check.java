package io.postern.config;

import static io.postern.settings.Problem.quote;

import io.postern.feed.Roster;
import io.postern.feed.Subscriber;
import io.postern.feed.SubscriberFiles;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import io.postern.rules.RuleFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.tls.CertificateFiles;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What `postern check` found: the configuration, the certificate, the rules and the subscribers,
/// read as `serve` would read them.
///
/// @param config the configuration; null when it can't be used
/// @param book the rules; null when they can't be used, or weren't read because the configuration
///   can't
/// @param roster the subscribers; null when there are none, they can't be used, or weren't read
/// @param problems all problems of all files, by place
public record Check(
    @Nullable Config config, @Nullable Book book, @Nullable Roster roster, List<Problem> problems) {
  public Check {
    problems = List.copyOf(problems);
  }

  /// Reads the configuration, and the rules that it names.
  ///
  /// @param unreadableSecret how bad it is when a secret can't be read: a warning for a person at a
  ///   terminal, who may not read what the service can; an error in the service's own place
  /// @param clock for certificates that have expired
  public static Check run(
      Path file, Map<String, String> environment, Severity unreadableSecret, InstantSource clock) {
    Problems problems = new Problems();
    @Nullable Config config = usable(ConfigFile.read(file, environment), problems);
    if (config == null) {
      return new Check(null, null, null, problems.sorted());
    }
    if (config.tls() != null && !config.tls().selfMade()) {
      CertificateFiles.read(config.tls(), clock.instant(), unreadableSecret, problems);
    }
    @Nullable Book book =
        usable(new RuleFiles(config.rules(), environment, unreadableSecret).read(), problems);
    if (book != null) {
      postmaster(config, book).ifPresent(problems::add);
    }
    @Nullable Roster roster =
        config.subscribers() == null
            ? null
            : usable(
                new SubscriberFiles(config.subscribers(), environment, unreadableSecret).read(),
                problems);
    if (book != null && roster != null) {
      problems.addAll(strangers(roster, book));
    }
    return new Check(config, book, roster, problems.sorted());
  }

  /// What files are made into, if they can be used. Their problems are noted either way.
  private static <T> @Nullable T usable(Judgement<T> judgement, Problems problems) {
    return switch (judgement) {
      case Judgement.Bad<T>(List<Problem> found) -> {
        problems.addAll(found);
        yield null;
      }
      case Judgement.Good<T>(T whole, List<Problem> found) -> {
        problems.addAll(found);
        yield whole;
      }
    };
  }

  /// Warns of rules and accounts that subscribers name and that are not there. A rule may well come
  /// and go.
  private static List<Problem> strangers(Roster roster, Book book) {
    Set<String> accounts = book.rules().stream().map(Rule::account).collect(Collectors.toSet());
    List<Problem> strangers = new ArrayList<>();
    for (Subscriber subscriber : roster.subscribers()) {
      for (String rule : new TreeSet<>(subscriber.selection().rules())) {
        if (book.rule(rule).isEmpty()) {
          strangers.add(stranger(subscriber, "rules: no rule has the name " + quote(rule)));
        }
      }
      for (String account : new TreeSet<>(subscriber.selection().accounts())) {
        if (!accounts.contains(account)) {
          strangers.add(stranger(subscriber, "accounts: no rule is of " + quote(account)));
        }
      }
    }
    return strangers;
  }

  private static Problem stranger(Subscriber subscriber, String text) {
    return new Problem(
        subscriber.place(), Severity.WARNING, text + "; correct it, or leave it out");
  }

  /// Warns when mail for postmaster, which RFC 5321 §4.5.1 asks every domain to take, has nowhere
  /// to go. Judged for the domains that are named exactly.
  public static Optional<Problem> postmaster(Config config, Book book) {
    String named = config.intake().postmasterRule();
    if (!named.isEmpty()) {
      return book.rule(named).filter(Rule::enabled).isPresent()
          ? Optional.empty()
          : warning(
              config,
              "postmaster: no enabled rule has the name %s; write the name of one"
                  .formatted(Problem.quote(named)));
    }
    return config.policy().domains().exact().stream()
        .map(Domain::ascii)
        .sorted()
        .map(domain -> new Address("postmaster", new Domain(domain)))
        .filter(postmaster -> !book.couldMatch(postmaster))
        .findFirst()
        .flatMap(
            postmaster ->
                warning(
                    config,
                    "no rule takes mail for %s; write one, or name a rule with the key postmaster"
                        .formatted(postmaster)));
  }

  private static Optional<Problem> warning(Config config, String text) {
    return Optional.of(new Problem(ConfigFile.whole(config.file()), Severity.WARNING, text));
  }

  /// How many problems are errors.
  public long errors() {
    return count(Severity.ERROR);
  }

  /// How many are warnings.
  public long warnings() {
    return count(Severity.WARNING);
  }

  /// One line: what was read, or how much is wrong.
  public String summary() {
    String found = "%s, %s".formatted(counted(errors(), "error"), counted(warnings(), "warning"));
    if (book == null) {
      return found;
    }
    long off = book.rules().stream().filter(rule -> !rule.enabled()).count();
    String told = roster == null ? "" : counted(roster.subscribers().size(), "subscriber") + ", ";
    return "%s (%d disabled), %s%s"
        .formatted(counted(book.rules().size(), "rule"), off, told, found);
  }

  private long count(Severity severity) {
    return problems.stream().filter(problem -> problem.severity() == severity).count();
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
