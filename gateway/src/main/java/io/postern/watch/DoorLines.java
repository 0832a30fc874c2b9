package io.postern.watch;

import io.postern.intake.Counts;
import io.postern.intake.Fate;
import io.postern.smtp.Sayings;
import io.postern.smtp.Traffic;
import io.postern.tls.LiveCertificate;
import io.postern.watch.Page.Point;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// What is told of the door: connections, sessions, mails, encryption.
final class DoorLines {
  private DoorLines() {}

  static void write(Traffic traffic, Page page) {
    page.gauge("postern_smtp_sessions", "SMTP sessions at this moment.", traffic.sessions());
    page.counter(
        "postern_smtp_connections",
        "Connections that were accepted, those refused before the greeting included.",
        traffic.connections());
    page.counters(
        "postern_smtp_refused",
        "Connections refused before the greeting, by the limit they met: sessions in all, sessions"
            + " of a network, connections of a network in a minute, or a proxy without a valid"
            + " header.",
        List.of(
            new Point(traffic.refusedSessions(), "limit", "sessions"),
            new Point(traffic.refusedNetwork(), "limit", "network"),
            new Point(traffic.refusedRate(), "limit", "rate"),
            new Point(traffic.refusedProxy(), "limit", "proxy")));
    page.counter(
        "postern_smtp_stuck", "Sessions cut because the peer took no replies.", traffic.stuck());
    page.counter("postern_smtp_tls_sessions", "Sessions that were encrypted.", traffic.encrypted());
    page.counter(
        "postern_smtp_tls_failures",
        "Sessions that ended because TLS could not be agreed on.",
        traffic.failedHandshakes());
    page.counter(
        "postern_smtp_tls_discarded_bytes",
        "Bytes that peers sent in clear text behind STARTTLS, which were thrown away.",
        traffic.discardedBytes());
    page.counter(
        "postern_smtp_listening_restarts",
        "How often listening had to be begun anew after a fault.",
        traffic.restarts());
  }

  static void write(Sayings sayings, Page page) {
    page.counters(
        "postern_smtp_replies",
        "Replies given, by code. 500 to 504 and 555 answer junk.",
        sayings.replies().entrySet().stream()
            .map(it -> new Point(it.getValue(), "code", Integer.toString(it.getKey())))
            .toList());
    page.counters(
        "postern_smtp_sessions_ended",
        "Sessions that ended, by why: the word that the service log has for it.",
        sayings.endings().entrySet().stream()
            .map(it -> new Point(it.getValue(), "why", it.getKey()))
            .toList());
  }

  static void write(Counts counts, Page page) {
    page.counters(
        "postern_mails",
        "Mails by the reply to them (accepted, refused for good, deferred: the peer is to come"
            + " again) and its reason.",
        points(counts.mails()));
    page.counters(
        "postern_recipients_refused",
        "Recipients refused at RCPT, for good or for now, by reason.",
        points(counts.recipients()));
  }

  private static List<Point> points(Map<Fate, Long> counts) {
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparing(Fate::toString)))
        .map(
            it ->
                new Point(
                    it.getValue(), "status", it.getKey().status(), "reason", it.getKey().reason()))
        .toList();
  }

  static void write(LiveCertificate.State certificate, Page page) {
    if (certificate.identity() != null) {
      page.gauge(
          "postern_certificate_expiry_timestamp_seconds",
          "When the certificate in force expires.",
          certificate.identity().notAfter().getEpochSecond());
    }
    page.gauge(
        "postern_certificate_last_reload_successful",
        "1 when the certificate files are what is in force, 0 when they can't be used.",
        certificate.stale() ? 0 : 1);
  }
}
