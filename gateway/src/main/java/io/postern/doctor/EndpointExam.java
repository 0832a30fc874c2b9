package io.postern.doctor;

import io.postern.config.Config;
import io.postern.delivery.Outcome;
import io.postern.delivery.Rehearsal;
import io.postern.journal.CleanText;
import io.postern.rules.Rule;
import io.postern.webhook.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Whether an endpoint takes what a rule posts, and refuses what somebody else does. Two samples,
/// marked as such, go to its URL and two to its backup URL; with `--no-posts` it is only connected
/// to.
///
/// @param subject the rule, and which of its URLs
/// @param endpoint with that URL alone, and patience for this
record EndpointExam(
    String subject,
    Endpoint endpoint,
    Config config,
    Doctor.Order order,
    Doctor.Instruments instruments)
    implements Exam.Look {
  private static final String NOT_REACHED =
      "look at its name in DNS, its firewall and its certificate; retries go on meanwhile";

  /// One for each URL of a rule.
  static List<Exam> all(
      Rule rule, Config config, Doctor.Order order, Doctor.Instruments instruments) {
    Endpoint all = rule.endpoint();
    return TargetUrl.of("endpoint " + rule.name(), all).stream()
        .map(it -> new EndpointExam(it.subject(), alone(it, all), config, order, instruments))
        .map(exam -> new Exam(exam.subject(), exam))
        .toList();
  }

  private static Endpoint alone(TargetUrl one, Endpoint given) {
    return new Endpoint(
        given.rule(),
        one.url(),
        null,
        given.dialect(),
        given.authentication(),
        given.signingKeys(),
        one.exchange());
  }

  @Override
  public List<Finding> findings() {
    if (!order.posts()) {
      return List.of(
          Rehearsal.reach(endpoint, config.delivery(), instruments.clock())
              .map(why -> Finding.error(subject, why, NOT_REACHED))
              .orElse(Finding.ok(subject, "it can be connected to; nothing was posted")));
    }
    try {
      Rehearsal.Report report = hold(endpoint);
      List<Finding> findings = new ArrayList<>();
      findings.add(judge(report));
      if (report.outcome() instanceof Outcome.Accepted) {
        findings.add(lookAtSignature());
      }
      return findings;
    } catch (IOException e) {
      return List.of(unreadable(String.valueOf(e.getMessage())));
    }
  }

  private Rehearsal.Report hold(Endpoint posted) throws IOException {
    return Rehearsal.hold(
        posted,
        config.gateway(),
        config.delivery(),
        new Rehearsal.Given(instruments.clock(), instruments.chance()));
  }

  private Finding judge(Rehearsal.Report report) {
    String why = CleanText.of(report.outcome().text());
    return switch (report.outcome()) {
      case Outcome.Accepted(int status, _) ->
          Finding.ok(
              subject,
              "it took a sample, HTTP %d after %d ms"
                  .formatted(status, report.elapsed().toMillis()));
      case Outcome.Deferred(int status, _, _, _) ->
          Finding.error(
              subject,
              why,
              status == 0
                  ? NOT_REACHED
                  : status == 401 || status == 403
                      ? "compare the secrets of the rule with those of the application"
                      : "see the application's own log; retries go on meanwhile");
      case Outcome.Refused _ ->
          Finding.warning(
              subject,
              why + ": mail answered so fails at once",
              "right when only the sample displeases it; else see the application's log, and"
                  + " permanent-failures");
      case Outcome.Gone _ ->
          Finding.error(
              subject,
              why + ": the endpoint is paused by that",
              "mend the URL in the rule, then: postern endpoint resume " + endpoint.rule());
      case Outcome.NotMade(String reason, _) -> unreadable(reason);
    };
  }

  private Finding lookAtSignature() throws IOException {
    Optional<Endpoint> forged = Rehearsal.forged(endpoint, instruments.chance());
    if (forged.isEmpty()) {
      return endpoint.isProven()
          ? Finding.ok(subject, "posts are not signed, but authenticated")
          : Finding.warning(
              subject,
              "posts are neither signed nor authenticated: whoever knows the URL can post there",
              "give the rule a key under sign, and have the application check it");
    }
    Outcome outcome = hold(forged.get()).outcome();
    int status = outcome.httpStatus();
    if (status == 401 || status == 403) {
      return Finding.ok(subject, "it refuses a wrong signature, HTTP " + status);
    }
    return Finding.warning(
        subject,
        status == 0
            ? "a post with a wrong signature got no answer"
            : "a post with a wrong signature got HTTP %d, not 401 or 403".formatted(status),
        outcome instanceof Outcome.Accepted
            ? "whoever knows the URL can post there: have the application check the signature"
            : "have the application answer 401: only that tells a wrong key from a bad mail");
  }

  private Finding unreadable(String why) {
    return order.asService()
        ? Finding.error(subject, "no post was made: " + why, "")
        : Finding.warning(
            subject,
            "no post was made: " + why,
            "the service itself may be able to; see postern log");
  }
}
