package io.postern.doctor;

import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of the URLs of whom is posted to, which is looked at by itself: a fault of the backup would
/// show nowhere else before it is needed.
///
/// @param subject who, and which of its URLs
/// @param url the one
/// @param exchange how a call is made there, with patience for this
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
