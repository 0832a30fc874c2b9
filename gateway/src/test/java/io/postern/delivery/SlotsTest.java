package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Slots.Ask;
import io.postern.queue.Demand;
import io.postern.queue.Want;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who may have how many slots, by the numbers.
final class SlotsTest {
  private static final int OWN = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void aRuleWithoutANeighbourMayHaveAll() {
    Slots slots = new Slots(64, 64);
    assertEquals(64, slots.demand(asks(1, OWN)).room());
    assertEquals(64, slots.demand(asks(1, OWN)).wants().getFirst().room());
  }

  /// Endpoints that hang take all they are given, one after the other, which is the worst order;
  /// the others, ten of them, have nothing to do yet.
  @ParameterizedTest
  @CsvSource({
    "64, 1, 40",
    "64, 2, 28",
    "64, 6, 16",
    "64, 15, 6",
    "64, 21, 1",
    "8, 3, 1",
    "2, 1, 1"
  })
  void soManyThatHangLeaveRoomForTheOthers(int all, int hanging, int left) {
    Slots slots = new Slots(all, OWN);
    List<Ask> asks = asks(hanging + 10, OWN);
    saturate(slots, asks, hanging);
    assertTrue(all - slots.inFlight() >= left, "in flight " + slots.inFlight());
    Demand demand = slots.demand(asks);
    assertTrue(demand.room() >= 1);
    assertTrue(
        demand.wants().stream().anyMatch(want -> want.rule().equals("r" + (hanging + 9))),
        "nothing for one that holds none");
    assertTrue(
        demand.wants().stream().noneMatch(want -> want.rule().equals("r0")),
        "more for one that has its part");
  }

  @Test
  void aHostIsSharedByItsRulesInTheSameWay() {
    Slots slots = new Slots(OWN, 8);
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      asks.add(new Ask("r" + i, "app.example.com", OWN, Duration.ZERO));
    }
    asks.add(new Ask("other", "other.example.com", OWN, Duration.ZERO));
    saturate(slots, asks, 1);
    assertEquals(3, slots.held("r0"));
    Demand demand = slots.demand(asks);
    Map<String, Integer> rooms = new HashMap<>();
    demand.wants().forEach(want -> rooms.put(want.rule(), want.room()));
    assertEquals(Map.of("r1", 2, "r2", 2, "other", 8), rooms);
    assertEquals(Map.of("app.example.com", 2, "other.example.com", 8), demand.hosts());
  }

  @Test
  void aRuleAtItsOwnLimitIsNotAskedForAndWakesUsWhenItFreesASlot() {
    Slots slots = new Slots(64, 64);
    List<Ask> asks =
        List.of(
            new Ask("full", "a.example.com", 0, Duration.ZERO),
            new Ask("idle", "b.example.com", 1, Duration.ZERO));
    slots.take("full", "a.example.com");
    slots.take("idle", "b.example.com");
    assertEquals(List.of("idle"), slots.demand(asks).wants().stream().map(Want::rule).toList());
    assertEquals(false, slots.free("idle", "b.example.com"));
    assertEquals(true, slots.free("full", "a.example.com"));
    assertEquals(0, slots.inFlight());
  }

  @Test
  void aBackupsCallsCountAtItsHostToo() throws Exception {
    Slots slots = new Slots(OWN, 2);
    List<Ask> asks = List.of(new Ask("own", "b.example.com", OWN, Duration.ZERO));
    slots.take("x", "a.example.com");
    assertTrue(slots.takeAt("b.example.com", Duration.ZERO));
    assertEquals(1, slots.demand(asks).wants().getFirst().room());
    slots.take("own", "b.example.com");
    assertEquals(List.of(), slots.demand(asks).wants());
    assertEquals(false, slots.takeAt("b.example.com", Duration.ofMillis(1)));
    CompletableFuture<Boolean> waits =
        CompletableFuture.supplyAsync(() -> slots.takeAt("b.example.com", PATIENCE));
    assertEquals(true, slots.free("own", "b.example.com"), "a rule was short of its slot");
    assertTrue(waits.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    CompletableFuture<Boolean> stopped =
        CompletableFuture.supplyAsync(
            () -> slots.takeAt("b.example.com", PATIENCE.multipliedBy(9)));
    slots.stop();
    assertEquals(false, stopped.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    slots.freeAt("b.example.com");
    slots.freeAt("b.example.com");
    slots.free("x", "a.example.com");
    assertEquals(2, slots.demand(asks).wants().getFirst().room());
  }

  /// Lets the first rules take what they are given, round after round, until nothing is given.
  private static void saturate(Slots slots, List<Ask> asks, int greedy) {
    boolean taken = true;
    while (taken) {
      taken = false;
      Demand demand = slots.demand(asks);
      int left = demand.room();
      Map<String, Integer> hosts = new HashMap<>(demand.hosts());
      for (Want want : demand.wants()) {
        if (want.rule().matches("r\\d+") && Integer.parseInt(want.rule().substring(1)) < greedy) {
          int host = hosts.getOrDefault(want.host(), 0);
          int count = Math.min(Math.min(want.room(), left), host);
          for (int i = 0; i < count; i++) {
            slots.take(want.rule(), want.host());
            taken = true;
          }
          left -= count;
          hosts.put(want.host(), host - count);
        }
      }
    }
  }

  private static List<Ask> asks(int count, int own) {
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asks.add(new Ask("r" + i, "h" + i + ".example.com", own, Duration.ZERO));
    }
    return asks;
  }
}
