package io.postern.doctor;

import io.postern.config.Config;
import io.postern.delivery.HttpCourier;
import io.postern.delivery.Outcome;
import io.postern.delivery.Rehearsal;
import io.postern.feed.Event;
import io.postern.feed.EventRehearsal;
import io.postern.feed.Subscriber;
import io.postern.feed.Subscriber.Receiver;
import io.postern.journal.CleanText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Whether a subscriber takes events. One that never happened goes to its URL, and one to its
/// backup URL; with `--no-posts` it is only connected to. Mail flows whatever comes of it, so
/// nothing is an error.
///
/// @param subject the subscriber, and which of its URLs
/// @param subscriber with that URL alone, and patience for this
record SubscriberExam(
    String subject,
    Subscriber subscriber,
    Config config,
    Doctor.Order order,
    Doctor.Instruments instruments)
    implements Exam.Look {
  private static final String NOT_REACHED =
      "look at its name in DNS, its firewall and its certificate; events wait meanwhile";

  /// One for each URL of a subscriber.
  static List<Exam> all(
      Subscriber subscriber, Config config, Doctor.Order order, Doctor.Instruments instruments) {
    return TargetUrl.of(subject(subscriber.name()), subscriber.receiver()).stream()
        .map(
            it ->
                new SubscriberExam(it.subject(), alone(it, subscriber), config, order, instruments))
        .map(exam -> new Exam(exam.subject(), exam))
        .toList();
  }

  static String subject(String name) {
    return "subscriber " + name;
  }

  private static Subscriber alone(TargetUrl one, Subscriber given) {
    Receiver receiver = given.receiver();
    return new Subscriber(
        given.name(),
        given.selection(),
        new Receiver(
            one.url(), null, receiver.authentication(), receiver.signingKeys(), one.exchange()),
        given.dialect(),
        given.batching(),
        given.retry(),
        given.validated(),
        given.enabled(),
        given.place());
  }

  @Override
  public List<Finding> findings() {
    if (!order.posts()) {
      return List.of(
          Rehearsal.reach(subscriber.receiver(), config.delivery(), instruments.clock())
              .map(why -> Finding.warning(subject, why, NOT_REACHED))
              .orElse(Finding.ok(subject, "it can be connected to; nothing was posted")));
    }
    try (HttpCourier courier =
        new HttpCourier(
            instruments.clock(),
            config.delivery().permanentFailures(),
            config.delivery().privateAllowed())) {
      EventRehearsal.Report report =
          EventRehearsal.hold(
              subscriber,
              type(),
              config.gateway(),
              new EventRehearsal.Given(courier, instruments.clock(), instruments.chance()));
      List<Finding> findings = new ArrayList<>();
      findings.add(judge(report));
      if (report.isAccepted() && !subscriber.receiver().isProven()) {
        findings.add(
            Finding.warning(
                subject,
                "posts are neither signed nor authenticated: whoever knows the URL can post there",
                "give the subscriber a key, and have the receiver check it"));
      }
      return findings;
    } catch (IOException e) {
      return List.of(unreadable(String.valueOf(e.getMessage())));
    }
  }

  /// The first type that it hears of.
  private Event.Type type() {
    for (Event.Type type : Event.Type.values()) {
      if (subscriber.selection().types().contains(type)) {
        return type;
      }
    }
    throw new IllegalStateException("a subscriber hears of something");
  }

  private Finding judge(EventRehearsal.Report report) {
    int status = report.outcome().httpStatus();
    return switch (report.outcome()) {
      case Outcome.Accepted _ ->
          Finding.ok(
              subject,
              "it took a test event, HTTP %d after %d ms"
                  .formatted(status, report.elapsed().toMillis()));
      case Outcome.NotMade _ -> unreadable(report.reason());
      case Outcome.Gone _ ->
          Finding.warning(
              subject,
              CleanText.of(report.reason()) + ": the subscriber is paused by that",
              "mend the URL in its file, then: postern subscriber resume " + subscriber.name());
      case Outcome.Deferred _, Outcome.Refused _ ->
          Finding.warning(
              subject,
              CleanText.of(report.reason()),
              status == 0
                  ? NOT_REACHED
                  : status == 401 || status == 403
                      ? "compare the keys in its file with those of the receiver"
                      : "see the receiver's own log; events wait meanwhile");
    };
  }

  private Finding unreadable(String why) {
    return Finding.warning(
        subject,
        "no post was made: " + why,
        order.asService()
            ? "its events wait until the secret can be read"
            : "the service itself may be able to; see postern log --subscribers");
  }
}
