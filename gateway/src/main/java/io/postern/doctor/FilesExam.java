package io.postern.doctor;

import io.postern.config.Check;
import io.postern.config.Config;
import io.postern.feed.Subscriber;
import io.postern.rules.Rule;
import io.postern.settings.Problem;
import io.postern.settings.Problems;
import io.postern.tls.CertificateFiles;
import io.postern.tls.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What stands in files, and who reads them: configuration, rules and subscribers with their
/// secrets, certificate, user and clock. Nothing here waits for long.
///
/// @param check what reading them came to
record FilesExam(Check check, Doctor.Instruments instruments) {
  List<Finding> findings(Doctor.Order order) {
    List<Finding> findings = new ArrayList<>();
    Map<String, List<Problem>> problems =
        check.problems().stream().collect(Collectors.groupingBy(this::subject));
    tell("configuration", problems, order.file() + " can be used", findings);
    if (check.config() == null) {
      return findings;
    }
    if (check.book() != null) {
      List<Rule> rules = check.book().rules();
      long enabled = rules.stream().filter(Rule::enabled).count();
      tell(
          "rules",
          problems,
          "%d enabled, %d disabled; their secrets can be read"
              .formatted(enabled, rules.size() - enabled),
          findings);
    } else {
      tell("rules", problems, "", findings);
    }
    if (check.config().subscribers() != null) {
      lookAtSubscribers(problems, findings);
    }
    findings.addAll(
        problems.getOrDefault("certificate", List.of()).stream().map(FilesExam::of).toList());
    lookAtCertificate(check.config(), order, findings);
    lookAtUser(check.config(), findings);
    findings.add(clock());
    return findings;
  }

  private void lookAtSubscribers(Map<String, List<Problem>> problems, List<Finding> findings) {
    List<Subscriber> all = check.roster() == null ? List.of() : check.roster().subscribers();
    long enabled = all.stream().filter(Subscriber::enabled).count();
    tell(
        "subscribers",
        problems,
        "%d enabled, %d disabled; their secrets can be read"
            .formatted(enabled, all.size() - enabled),
        findings);
  }

  private static void tell(
      String subject, Map<String, List<Problem>> problems, String good, List<Finding> findings) {
    List<Problem> wrong = problems.getOrDefault(subject, List.of());
    if (wrong.isEmpty()) {
      findings.add(Finding.ok(subject, good));
    }
    wrong.forEach(problem -> findings.add(of(problem, subject)));
  }

  private static Finding of(Problem problem) {
    return of(problem, "certificate");
  }

  /// The text of a problem says what to do.
  private static Finding of(Problem problem, String subject) {
    Finding.Level level =
        problem.severity() == Problem.Severity.ERROR ? Finding.Level.ERROR : Finding.Level.WARNING;
    return new Finding(level, subject, problem.place() + ": " + problem.text(), "");
  }

  private String subject(Problem problem) {
    Config config = check.config();
    if (config == null) {
      return "configuration";
    }
    Path file = Path.of(problem.place().file());
    if (config.tls() != null
        && (file.equals(config.tls().certificate()) || file.equals(config.tls().key()))) {
      return "certificate";
    }
    if (config.subscribers() != null && file.startsWith(config.subscribers().folder())) {
      return "subscribers";
    }
    return file.startsWith(config.rules().folder()) ? "rules" : "configuration";
  }

  private void lookAtCertificate(Config config, Doctor.Order order, List<Finding> findings) {
    if (config.tls() == null) {
      findings.add(
          Finding.warning(
              "certificate",
              "nothing is encrypted at the door",
              "switch smtp.tls on: it works without a certificate of your own"));
      return;
    }
    if (config.tls().selfMade()) {
      findings.add(
          Finding.ok(
              "certificate",
              "the gateway makes its own, which most senders take; for those that insist on a good"
                  + " one see smtp.tls.certificate"));
      return;
    }
    Optional<Identity> identity =
        CertificateFiles.read(
            config.tls(), instruments.clock().instant(), order.unreadableSecret(), new Problems());
    identity.ifPresent(it -> findings.add(certificate(it)));
  }

  private Finding certificate(Identity identity) {
    Instant now = instruments.clock().instant();
    String text = "for %s, with its key; it ".formatted(identity.names());
    return identity
        .ending(now)
        .map(
            words ->
                Finding.warning(
                    "certificate",
                    text + words,
                    "renew it: certbot renew, then look why it was not"))
        .orElse(
            Finding.ok("certificate", text + "ends in %d days".formatted(identity.daysLeft(now))));
  }

  /// What root can read the service may not, and the other way round.
  private void lookAtUser(Config config, List<Finding> findings) {
    String user = instruments.machine().user();
    try {
      String owner = Files.getOwner(config.store()).getName();
      if (!owner.equals(user)) {
        findings.add(
            Finding.warning(
                "user",
                "this runs as %s and the gateway as %s: files and secrets may look different"
                    .formatted(user, owner),
                "runuser -u %s -- postern doctor".formatted(owner)));
      }
    } catch (IOException | UnsupportedOperationException _) {
      // There is no store yet, which is told elsewhere, or a file system without owners.
    }
  }

  private Finding clock() {
    Optional<Boolean> isSet = instruments.machine().isClockSet();
    if (isSet.isEmpty()) {
      return Finding.ok("clock", "nobody here tells whether it is kept right (no timedatectl)");
    }
    return isSet.get()
        ? Finding.ok("clock", "it is kept right by a time server")
        : Finding.warning(
            "clock",
            "nothing keeps it right; receivers refuse signatures that are minutes off",
            "timedatectl set-ntp true, or install chrony");
  }
}
