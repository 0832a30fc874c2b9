package io.postern.doctor;

import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One URL of an endpoint or a subscriber, looked at by itself: a fault of a backup URL shows
/// nowhere else before it is needed.
///
/// @param subject whose, and which of them
/// @param url the one
/// @param exchange how a call is made there, with a doctor's patience
record TargetUrl(String subject, URI url, Exchange exchange) {
  /// How long an answer is waited for, however patient a file is.
  private static final Duration WAIT_MAX = Duration.ofSeconds(15);

  /// Its URL and, if it has one, its backup URL.
  ///
  /// @param subject who
  static List<TargetUrl> of(String subject, Target target) {
    Exchange exchange = target.exchange().within(WAIT_MAX);
    TargetUrl first = new TargetUrl(subject, target.url(), exchange);
    @Nullable URI backup = target.backupUrl();
    return backup == null
        ? List.of(first)
        : List.of(first, new TargetUrl(subject + " (backup)", backup, exchange));
  }
}
