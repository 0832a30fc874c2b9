package io.postern.webhook;

import io.postern.settings.CertificateFile;
import io.postern.settings.Secret;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Where a rule posts, and how. An endpoint is its rule: windows, pauses and counters go by the
/// rule's name.
///
/// @param rule the name of the rule; sent as the filter name
/// @param url https, or http to a host that may be reached so
/// @param backupUrl tried within the same attempt when the call to the URL is deferred; null for
///   none
/// @param dialect what the body of a post looks like
/// @param authentication what proves us to the endpoint
/// @param signingKeys Standard Webhooks secrets, the newest first; empty for unsigned posts
/// @param exchange how a call is made
public record Endpoint(
    String rule,
    URI url,
    @Nullable URI backupUrl,
    Dialect dialect,
    Authentication authentication,
    List<Secret> signingKeys,
    Exchange exchange)
    implements Target {
  public Endpoint {
    signingKeys = List.copyOf(signingKeys);
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

    /// The same, with a deadline of no more than this.
    public Exchange within(Duration max) {
      return timeout.compareTo(max) <= 0
          ? this
          : new Exchange(max, ca, permanentFailures, answerLogged);
    }
  }

  /// What proves us to the endpoint. Secrets are read at each call, so that they can rotate.
  ///
  /// @param authorization the header Authorization
  /// @param keyField an API key sent as the field `api_key` of the body; null for none
  /// @param signingKey the key that bodies of a signed format are signed with; null for other
  ///   formats
  public record Authentication(
      Authorization authorization, @Nullable Secret keyField, @Nullable Secret signingKey) {
    /// None at all.
    public static final Authentication NONE =
        new Authentication(new Authorization.None(), null, null);

    /// What a body proves us by, in a call that is made now.
    ///
    /// @param chance it must not be guessable
    /// @throws IOException when a secret can't be read; the message names it, and the cure
    public Proof proof(Instant now, RandomGenerator chance) throws IOException {
      return Proof.of(value(keyField), value(signingKey), now, chance);
    }

    private static String value(@Nullable Secret secret) throws IOException {
      return secret == null ? "" : secret.value();
    }
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
