package io.postern.feed;

import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.webhook.Payload;
import io.postern.webhook.Proof;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Carries events to a subscriber: renders them, calls the URL and, when that is deferred, the
/// backup URL. Holds no state; any thread may use it.
///
/// @param courier carries the posts
/// @param gateway who we are, in posts
/// @param clock the time of a call
/// @param chance for proofs, which must not be guessable
record Envoy(
    Courier courier, Payload.Gateway gateway, InstantSource clock, RandomGenerator chance) {
  /// What came of an attempt.
  ///
  /// @param outcome of the last call, or of both
  /// @param url the last one called
  /// @param elapsed how long it took
  record Answer(Outcome outcome, URI url, Duration elapsed) {
    /// What the endpoint asks for by Retry-After; null for nothing.
    @Nullable Duration retryAfter() {
      return outcome instanceof Outcome.Deferred deferred ? deferred.retryAfter() : null;
    }
  }

  /// Makes one attempt. What goes wrong on the way is an outcome.
  ///
  /// @param id of the post, the `webhook-id`
  /// @param attempt its number, from 1
  Answer carry(Subscriber subscriber, Parcel parcel, String id, int attempt) {
    long start = System.nanoTime();
    Text text = call -> subscriber.dialect().render(parcel.events(), call);
    URI url = subscriber.receiver().url();
    URI backup = subscriber.receiver().backupUrl();
    Outcome outcome = call(subscriber, text, url, id, attempt);
    if (outcome instanceof Outcome.Deferred first && backup != null) {
      outcome = first.orBackup(call(subscriber, text, backup, id, attempt));
      url = outcome instanceof Outcome.Accepted ? backup : url;
    }
    return new Answer(outcome, url, Duration.ofNanos(System.nanoTime() - start));
  }

  /// Tries whether the URL takes events, by one that never happened. The backup URL is not tried.
  Answer validate(Subscriber subscriber, Event test, String id, int attempt) {
    long start = System.nanoTime();
    URI url = subscriber.receiver().url();
    Outcome outcome =
        call(subscriber, call -> subscriber.dialect().validation(test, call), url, id, attempt);
    return new Answer(outcome, url, Duration.ofNanos(System.nanoTime() - start));
  }

  /// Renders what is posted, anew for each call.
  @FunctionalInterface
  private interface Text {
    EventPost of(EventCall call);
  }

  private Outcome call(Subscriber subscriber, Text text, URI url, String id, int attempt) {
    try {
      Instant now = clock.instant();
      Proof proof = subscriber.receiver().authentication().proof(now, chance);
      EventPost post = text.of(new EventCall(id, now, proof.apiKey(), proof.signingKey(), gateway));
      return courier.carry(
          new Courier.Post(
              subscriber.receiver(), url, id, attempt, false, post.body(), post.headers()));
    } catch (IOException e) {
      // The body is in memory: what could not be read is a secret.
      return new Outcome.NotMade("secret unreadable: " + e.getMessage());
    }
  }

  /// Why an attempt came to nothing, in the words of the log; empty when it did not.
  static String reason(Outcome outcome) {
    String named = outcome.reason().replace("HTTP 401", "HTTP 401, key mismatch");
    return Outcome.text(named, outcome.detail());
  }
}
