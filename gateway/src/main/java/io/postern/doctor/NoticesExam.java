package io.postern.doctor;

import io.postern.mail.Address;
import io.postern.mail.Ids;
import io.postern.notice.Settings;
import io.postern.notice.SmtpRelay;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Whether the relay takes notices from here for those who are to get them. Nothing is sent unless
/// that was asked for.
///
/// @param send true to send a test
record NoticesExam(Settings settings, boolean send, Doctor.Instruments instruments)
    implements Exam.Look {
  private static final String SUBJECT = "notices";

  @Override
  public List<Finding> findings() {
    SmtpRelay relay = new SmtpRelay(settings);
    try {
      List<String> refused =
          send
              ? relay.sendTest(
                  new Ids(instruments.clock(), instruments.chance()).next(),
                  instruments.clock().instant())
              : relay.rehearse();
      List<Finding> findings = new ArrayList<>();
      if (refused.size() < settings.to().size()) {
        findings.add(Finding.ok(SUBJECT, took()));
      }
      for (String each : refused) {
        findings.add(
            Finding.error(
                SUBJECT,
                "the relay %s refuses %s".formatted(settings.relay(), each),
                "correct notices.to, or have the relay take mail for it from this machine"));
      }
      return findings;
    } catch (IOException e) {
      return List.of(
          Finding.error(
              SUBJECT,
              "the relay %s takes no mail from here: %s"
                  .formatted(settings.relay(), e.getMessage()),
              "look at notices.relay, its firewall, its certificate and what it demands of"
                  + " senders"));
    }
  }

  private String took() {
    String to = settings.to().stream().map(Address::text).collect(Collectors.joining(", "));
    return send
        ? "the relay %s took a test notice for %s; see that it arrives"
            .formatted(settings.relay(), to)
        : "the relay %s takes mail from %s for %s; nothing was sent"
            .formatted(settings.relay(), settings.from(), to);
  }
}
