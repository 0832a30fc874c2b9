package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.BlockChange;
import io.postern.journal.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// How a batch is parted into posts, which is done again after a restart or an erasure: what was
/// posted is known by the number of posts alone.
final class GatheringTest {
  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "10000, false", "10000, true"})
  void whateverIsErasedThePostsAreFewerOrKeepTheirPlaces(int eventsMax, boolean isByAccount) {
    List<Event> events = events();
    List<Parcel> before = parcels(events, eventsMax, isByAccount);
    int same = 0;
    for (int kept = 0; kept < 1 << events.size(); kept++) {
      List<Event> left = new ArrayList<>();
      for (int i = 0; i < events.size(); i++) {
        if ((kept & 1 << i) != 0) {
          left.add(events.get(i));
        }
      }
      List<Parcel> after = parcels(left, eventsMax, isByAccount);
      assertTrue(after.size() <= before.size());
      if (after.size() == before.size()) {
        same++;
        for (int i = 0; i < after.size(); i++) {
          assertTrue(
              before.get(i).events().containsAll(after.get(i).events()),
              "kept " + Integer.toBinaryString(kept));
        }
      }
    }
    assertTrue(same > (eventsMax == 1 ? 0 : 1));
  }

  @ParameterizedTest
  @EnumSource(EventFormat.class)
  void aPostHasRoomForOneEventOrForAllOfABatch(EventFormat format) {
    assertTrue(format.eventsMax() == 1 || format.eventsMax() >= SubscriberReader.BATCH_MAX);
  }

  @Test
  void eventsOfOneGroupKeepTheirOrder() {
    List<Parcel> parcels = parcels(events(), 10_000, true);
    assertEquals(
        List.of(
            List.of(4L, 10L),
            List.of(5L, 7L),
            List.of(2L, 9L),
            List.of(1L, 8L),
            List.of(3L),
            List.of(6L)),
        parcels.stream().map(it -> it.events().stream().map(Event::number).toList()).toList());
  }

  private static List<Parcel> parcels(List<Event> events, int eventsMax, boolean isByAccount) {
    Gathering gathering = new Gathering(0, isByAccount, EventSize.JSON);
    for (Event event : events) {
      gathering.add(event.number(), List.of(event), Gathering.Room.ANY);
    }
    return gathering.parcels(eventsMax);
  }

  /// Of each type and account, in an order in which no group is whole at once.
  private static List<Event> events() {
    return List.of(
        bounced(1, "acme"),
        changed(2, "globex"),
        bounced(3, "globex"),
        changed(4, ""),
        changed(5, "acme"),
        new Event.Blocked(new BlockChange(6, SampleEvents.NOW, true, "example.org", "")),
        changed(7, "acme"),
        bounced(8, "acme"),
        changed(9, "globex"),
        changed(10, ""));
  }

  private static Event changed(long number, String account) {
    Event.Change change = SampleEvents.change(number, Status.SUCCEEDED, "", 1, 200);
    return new Event.Change(change.row(), change.mail(), account);
  }

  private static Event bounced(long number, String account) {
    Event.Bounced bounced = SampleEvents.bounced(number, SampleEvents.hard());
    return new Event.Bounced(bounced.row(), bounced.mail(), account, bounced.report(), 1);
  }
}
