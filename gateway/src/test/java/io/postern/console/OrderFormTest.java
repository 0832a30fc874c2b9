package io.postern.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import io.postern.queue.Order;
import io.postern.queue.Traces;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OrderFormTest {
  @Test
  void everyOrderIsReadAsItWasWritten() {
    Choice some =
        new Choice(
            "m&1=ä-2",
            "desk +%",
            Set.of(State.FAILED, State.WAITING),
            Instant.parse("2026-01-02T03:04:05.678Z"),
            Instant.parse("2026-02-02T00:00:00Z"));
    for (Order order :
        new Order[] {
          new Order.Hold("desk & archive"),
          new Order.Resume("a=b"),
          new Order.HoldSubscriber("ops & feed"),
          new Order.ResumeSubscriber("a=b"),
          new Order.SkipEvent("ops", 1L << 40),
          new Order.Replay(some, "other"),
          new Order.Replay(Choice.of("m1"), ""),
          new Order.Drop(some),
          new Order.Block("*.example.org", "sends & sends"),
          new Order.Block("a+b@example.org", ""),
          new Order.Unblock("example.org"),
          new Order.Forget(new Traces.OfMail("m1")),
          new Order.Forget(new Traces.To("ann+x@in.example.com")),
          new Order.Forget(new Traces.From("\"a & b\"@sender.example")),
        }) {
      assertEquals(order, OrderForm.parse(OrderForm.of(order)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "do",
        "do=",
        "do=everything",
        "do=pause",
        "do=pause&rule=",
        "do=pause-subscriber&rule=desk",
        "do=replay&id=m1",
        "do=drop&rule=desk&states=LOST",
        "do=drop&rule=desk&states=WAITING&since=yesterday",
        "do=forget",
        "do=forget&to=",
        "do=forget&id=%zz"
      })
  void whatIsNoOrderIsRefused(String body) {
    assertThrows(IllegalArgumentException.class, () -> OrderForm.parse(body));
  }
}
