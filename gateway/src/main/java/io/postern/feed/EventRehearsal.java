package io.postern.feed;

import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.mail.Ids;
import io.postern.webhook.Body;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/// Posts a test event to a subscriber as a real one would be posted, and tells what came of it. It
/// moves no cursor and leaves no trace in a store.
public final class EventRehearsal {
  private EventRehearsal() {}

  /// What was posted, and what came of it.
  ///
  /// @param id the `webhook-id`
  /// @param body the text of the body, in the subscriber's format; it may hold the subscriber's
  ///   keys where the format does
  /// @param outcome what a real post would make of the answer
  /// @param reason why it would not be taken; empty when it would
  /// @param elapsed how long it took
  public record Report(String id, String body, Outcome outcome, String reason, Duration elapsed) {
    /// True when it would count as accepted.
    public boolean isAccepted() {
      return outcome instanceof Outcome.Accepted;
    }
  }

  /// What comes from outside.
  ///
  /// @param courier carries the post; whoever gave it closes it
  /// @param clock the time
  /// @param chance for ids
  public record Given(Courier courier, InstantSource clock, RandomGenerator chance) {}

  /// Makes one post to the subscriber's URL.
  ///
  /// @param type of the event; one that the subscriber's format has
  /// @throws IOException when the post can't be made, such as for a secret that can't be read
  public static Report hold(
      Subscriber subscriber, Event.Type type, Payload.Gateway gateway, Given given)
      throws IOException {
    Overhearing courier = new Overhearing(given.courier());
    Envoy envoy = new Envoy(courier, gateway, given.clock(), given.chance());
    String id = new Ids(given.clock(), given.chance()).next();
    Event event = Trials.event(subscriber, type, given.clock().instant());
    Envoy.Answer answer = envoy.carry(subscriber, new Parcel(List.of(event)), id, 1);
    return new Report(
        id, courier.text(), answer.outcome(), Envoy.reason(answer.outcome()), answer.elapsed());
  }

  /// Keeps the body of what is carried.
  private static final class Overhearing implements Courier {
    private final Courier courier;
    private Body body = new Body("", 0, InputStream::nullInputStream);

    Overhearing(Courier courier) {
      this.courier = courier;
    }

    @Override
    public Outcome carry(Post post) throws IOException {
      body = post.body();
      return courier.carry(post);
    }

    String text() throws IOException {
      try (InputStream in = body.source().open()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }

    @Override
    public void close() {}
  }
}
