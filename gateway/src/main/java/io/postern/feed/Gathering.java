package io.postern.feed;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Events that wait for more of them, to be posted together. For one thread.
final class Gathering {
  private final Map<Group, List<Event>> groups =
      new TreeMap<>(Comparator.comparing(Group::type).thenComparing(Group::account));

  private final boolean byAccount;
  private final EventSize size;
  private @Nullable Event oldest;
  private int count;
  private long bytes;
  private long last;
  private boolean full;

  /// What one post can hold.
  private record Group(Event.Type type, String account) {}

  /// How much there may be.
  ///
  /// @param events how many
  /// @param bytes how large all of them may be, as [EventSize] reckons
  record Room(int events, long bytes) {
    /// For what is known to be bounded.
    static final Room ANY = new Room(Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /// @param last the row behind which it begins
  /// @param subscriber whose posts they are to fit
  Gathering(long last, Subscriber subscriber) {
    this(last, subscriber.batching().byAccount(), subscriber.dialect().size());
  }

  Gathering(long last, boolean byAccount, EventSize size) {
    this.last = last;
    this.byAccount = byAccount;
    this.size = size;
  }

  /// Adds the events of one row.
  ///
  /// @param room for all that is there; one row's are never parted
  /// @return false when there is no room for them: nothing was added, and nothing more will be
  boolean add(long row, List<Event> events, Room room) {
    long more = 0;
    for (Event event : events) {
      more += size.of(event);
    }
    boolean hasRoom = count + events.size() <= room.events() && bytes + more <= room.bytes();
    if (full || (count > 0 && !events.isEmpty() && !hasRoom)) {
      full = true;
      return false;
    }
    for (Event event : events) {
      String account = byAccount ? account(event) : "";
      groups.computeIfAbsent(new Group(event.type(), account), _ -> new ArrayList<>()).add(event);
      oldest = oldest == null ? event : oldest;
      count++;
    }
    bytes += more;
    last = row;
    full = count >= room.events() || bytes >= room.bytes();
    return true;
  }

  /// Notes that all rows up to this one were looked at.
  void reached(long row) {
    if (!full) {
      last = Math.max(last, row);
    }
  }

  /// The last row that was looked at.
  long last() {
    return last;
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return full;
  }

  /// When what is there is to be posted even if no more comes; a clock that was set back does not
  /// put it off.
  Instant ripe(Duration interval, Instant now) {
    Instant since = oldest == null || oldest.at().isAfter(now) ? now : oldest.at();
    return since.plus(interval);
  }

  /// What is there, parted into posts: those of one group follow each other, and the groups are in
  /// the order of their types and accounts, whichever began first. After an erasure, which leaves
  /// fewer events and never other ones, there are fewer posts, too, or each keeps its place.
  ///
  /// @param eventsMax how many events a post can hold
  List<Parcel> parcels(int eventsMax) {
    List<Parcel> parcels = new ArrayList<>();
    for (List<Event> events : groups.values()) {
      for (int from = 0; from < events.size(); from += eventsMax) {
        int to = Math.min(events.size(), from + eventsMax);
        parcels.add(new Parcel(events.subList(from, to)));
      }
    }
    return parcels;
  }

  private static String account(Event event) {
    return switch (event) {
      case Event.Change change -> change.account();
      case Event.Bounced bounced -> bounced.account();
      case Event.Blocked _ -> "";
    };
  }
}
