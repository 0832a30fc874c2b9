package io.postern.webhook;

import io.postern.settings.Secret;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Exchange;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where something is posted, and how, whatever it is.
public interface Target {
  /// https, or http to a host that may be reached so.
  URI url();

  /// Tried within the same attempt when the call to the URL is deferred; null for none.
  @Nullable URI backupUrl();

  /// What proves us.
  Authentication authentication();

  /// Standard Webhooks secrets, the newest first; empty for unsigned posts.
  List<Secret> signingKeys();

  /// How a call is made.
  Exchange exchange();

  /// The deadline of one call, from looking up the name to the last byte read.
  default Duration timeout() {
    return exchange().timeout();
  }

  /// False when whoever knows the URL could have made a post there.
  default boolean isProven() {
    return !signingKeys().isEmpty() || !authentication().equals(Authentication.NONE);
  }
}
