package io.postern.feed;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The formats a subscriber can ask for.
public enum EventFormat {
  /// Customers Mail Cloud's event webhook.
  CMC,
  /// SocketLabs' event webhook: one event a post.
  SOCKETLABS,
  /// MessageFlow's delivery reports, which are EmailLabs', too.
  MESSAGEFLOW,
  /// BIK's event forwarding: one event a post.
  BIK,
  /// Our own JSON, in the form that Standard Webhooks advises.
  POSTERN,
  /// CloudEvents 1.0 over HTTP, in batches.
  CLOUDEVENTS;

  /// More events than any post holds.
  private static final int MANY = 10_000;

  /// The word in subscriber files.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads that word.
  public static Optional<EventFormat> of(String word) {
    return Arrays.stream(values()).filter(format -> format.word().equals(word)).findFirst();
  }

  /// How many events a post can hold, at most: one, or all that a batch has. With a number between
  /// them events would move from post to post when one of a batch is erased.
  public int eventsMax() {
    return this == SOCKETLABS || this == BIK ? 1 : MANY;
  }

  /// What it has words for. A subscriber that asks for more is a mistake.
  public Set<Event.Type> types() {
    return this == CMC || this == POSTERN || this == CLOUDEVENTS
        ? EnumSet.allOf(Event.Type.class)
        : EnumSet.of(Event.Type.DELIVERIES, Event.Type.BOUNCES);
  }

  /// True when it has a place for an API key as a field.
  public boolean hasKeyField() {
    return this == CMC;
  }

  /// True when it proves us by a secret that both sides know, and can't do without.
  public boolean hasSecretKey() {
    return this == SOCKETLABS || this == MESSAGEFLOW;
  }

  /// True when it can be had as a form, too.
  public boolean hasForm() {
    return this == CMC;
  }

  /// True when there are two versions of it, of which the second is the newer.
  public boolean hasVersions() {
    return this == CMC;
  }

  /// True when it tells times without saying of which zone they are.
  public boolean hasTimeZone() {
    return this == CMC;
  }

  /// True when it tells the number of a server.
  public boolean hasServerId() {
    return this == SOCKETLABS;
  }
}
