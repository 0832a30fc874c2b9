package io.postern.feed;

import io.postern.delivery.Schedule;
import io.postern.journal.Status;
import io.postern.queue.Cursor;
import io.postern.settings.Place;
import io.postern.settings.Secret;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Who is told of events, and how: a subscriber file's content.
///
/// @param name unique in its roster
/// @param selection which events
/// @param receiver where they are posted
/// @param dialect what the body of a post looks like
/// @param batching how many go in one post
/// @param retry what becomes of a post that is not taken
/// @param validated true to post nothing to a URL that has not taken a test event
/// @param enabled false: is told nothing, and nothing is kept for it
/// @param place where its name stands
public record Subscriber(
    String name,
    Selection selection,
    Receiver receiver,
    EventDialect dialect,
    Batching batching,
    Retry retry,
    boolean validated,
    boolean enabled,
    Place place) {

  /// Which events.
  ///
  /// @param types any of these
  /// @param statuses of deliveries; any of these
  /// @param rules of any of these; empty for all
  /// @param accounts of rules of any of these; empty for all
  public record Selection(
      Set<Event.Type> types, Set<Status> statuses, Set<String> rules, Set<String> accounts) {
    public Selection {
      types = Set.copyOf(types);
      statuses = Set.copyOf(statuses);
      rules = Set.copyOf(rules);
      accounts = Set.copyOf(accounts);
    }
  }

  /// Where events are posted.
  ///
  /// @param url https, or http to a host that may be reached so
  /// @param backupUrl tried within the same attempt when the call to the URL is deferred; null for
  ///   none
  /// @param authentication what proves us
  /// @param signingKeys Standard Webhooks secrets, the newest first; empty for unsigned posts
  /// @param exchange how a call is made
  public record Receiver(
      URI url,
      @Nullable URI backupUrl,
      Authentication authentication,
      List<Secret> signingKeys,
      Exchange exchange)
      implements Target {
    public Receiver {
      signingKeys = List.copyOf(signingKeys);
    }
  }

  /// How many events go in one post.
  ///
  /// @param interval how long the first one waits for others, 1 to 600 s
  /// @param max as soon as there are so many, they wait no longer; 1 to 10,000
  /// @param byAccount true for posts that hold events of one account each
  public record Batching(Duration interval, int max, boolean byAccount) {}

  /// What becomes of a post that is not taken.
  ///
  /// @param waits before the second attempt, the third, and so on; the last one is repeated
  /// @param period how old an event may become before it is given up, in time in which it could be
  ///   posted
  /// @param pauseAfter how long there may be nothing but failures before the subscriber is paused;
  ///   the period itself for never
  public record Retry(List<Duration> waits, Duration period, Duration pauseAfter) {
    public Retry {
      waits = List.copyOf(waits);
    }

    /// How long to wait after so many attempts that failed, 1 or more, with up to a tenth more.
    ///
    /// @param asked what the endpoint asks for by Retry-After; an hour of it is obeyed
    Duration wait(int attempts, @Nullable Duration asked, RandomGenerator chance) {
      return Schedule.delay(waits.get(Math.min(attempts, waits.size()) - 1), asked, chance);
    }
  }

  /// True when posts to the other one are posts to this one: to the same place, in the same way.
  boolean isReachedAs(Subscriber other) {
    return receiver.equals(other.receiver) && dialect.equals(other.dialect);
  }

  /// True when nothing keeps events from being posted to its URL: a test event was taken there, or
  /// need not be.
  ///
  /// @param cursor where it stands
  public boolean isVerifiedBy(Cursor cursor) {
    return !validated || cursor.verified().equals(address());
  }

  /// Where test events count for: elsewhere, or in another format, it is to be validated anew.
  public String address() {
    return receiver.url() + " " + dialect.format().word();
  }
}
