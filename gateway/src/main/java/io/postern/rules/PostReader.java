package io.postern.rules;

import io.postern.settings.CertificateFile;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.Section;
import io.postern.settings.Text;
import io.postern.webhook.Endpoint.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the keys below `post:` that say how a call is made and how many, not what it carries.
///
/// @param post the section
record PostReader(Section post, Problems problems) {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration TIMEOUT_MIN = Duration.ofSeconds(1);
  private static final Duration TIMEOUT_MAX = Duration.ofSeconds(999);
  private static final int CONCURRENCY_MAX = 1_000;

  /// @param permanentFailures what the rule says on answers; null for nothing
  /// @param unreadable how bad it is when the file of certificates can't be read
  Exchange exchange(@Nullable Set<Integer> permanentFailures, Severity unreadable) {
    Duration timeout = post.duration("timeout", TIMEOUT, TIMEOUT_MIN, TIMEOUT_MAX);
    Optional<CertificateFile> ca = post.path("ca").map(CertificateFile::new);
    ca.ifPresent(file -> tryNow(file, unreadable));
    return new Exchange(timeout, ca.orElse(null), permanentFailures, post.flag("log-answer", true));
  }

  private void tryNow(CertificateFile ca, Severity unreadable) {
    try {
      ca.read();
    } catch (IOException e) {
      problems.add(new Problem(post.place("ca"), unreadable, "ca: " + e.getMessage()));
    }
  }

  Pace pace() {
    Optional<Text> text = post.text("rate");
    Optional<Rate> rate = text.flatMap(it -> Rate.parse(it.value()));
    if (text.isPresent() && rate.isEmpty()) {
      post.refuse(
          "rate",
          "%s is not a rate; write 50/s, 30/m or 100/h, from 1 to %d before the /"
              .formatted(Problem.quote(text.get().value()), Rate.COUNT_MAX));
    }
    int concurrency = post.number("concurrency", 1, 1, CONCURRENCY_MAX);
    return new Pace(rate.orElse(null), post.has("concurrency") ? concurrency : null);
  }
}
