package io.postern.webhook;

import io.postern.settings.CertificateFile;
import io.postern.settings.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where a rule posts, and how. An endpoint is its rule: windows, pauses and counters go by the
/// rule's name.
///
/// @param rule the name of the rule; sent as the filter name
/// @param url https, or http to a host that may be reached so
/// @param backupUrl tried within the same attempt when the call to the URL is deferred; null for
///   none
/// @param format the dialect
/// @param authentication what proves us to the endpoint
/// @param signingKeys Standard Webhooks secrets, the newest first; empty for unsigned posts
/// @param exchange how a call is made
public record Endpoint(
    String rule,
    URI url,
    @Nullable URI backupUrl,
    Format format,
    Authentication authentication,
    List<Secret> signingKeys,
    Exchange exchange) {
  public Endpoint {
    signingKeys = List.copyOf(signingKeys);
  }

  /// The deadline of one call, from looking up the name to the last byte read.
  public Duration timeout() {
    return exchange.timeout();
  }

  /// How a call is made.
  ///
  /// @param timeout the deadline of one call, from looking up the name to the last byte read
  /// @param ca the only authorities whose certificates are taken; null for those of the system
  /// @param permanentFailures the status codes by which it refuses the request itself; null for
  ///   those of the configuration
  /// @param answerLogged false to keep the text of answers out of the status log
  public record Exchange(
      Duration timeout,
      @Nullable CertificateFile ca,
      @Nullable Set<Integer> permanentFailures,
      boolean answerLogged) {
    public Exchange {
      permanentFailures = permanentFailures == null ? null : Set.copyOf(permanentFailures);
    }
  }

  /// What proves us to the endpoint. Secrets are read at each call, so that they can rotate.
  ///
  /// @param authorization the header Authorization
  /// @param keyField an API key sent as the field `api_key` of the body; null for none
  public record Authentication(Authorization authorization, @Nullable Secret keyField) {
    /// None at all.
    public static final Authentication NONE = new Authentication(new Authorization.None(), null);
  }

  /// The header Authorization (RFC 9110 §11.6.2).
  public sealed interface Authorization {
    /// Not sent.
    record None() implements Authorization {}

    /// HTTP Basic (RFC 7617), in UTF-8.
    ///
    /// @param username without a colon
    /// @param password the secret
    record Basic(String username, Secret password) implements Authorization {}

    /// An API key as a bearer token (RFC 6750).
    ///
    /// @param key the secret
    record Bearer(Secret key) implements Authorization {}
  }
}
