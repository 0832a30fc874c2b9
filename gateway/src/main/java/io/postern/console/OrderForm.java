package io.postern.console;

import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import io.postern.queue.Order;
import io.postern.queue.Traces;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An operator's order as the body of a POST, `application/x-www-form-urlencoded`. The field `do`
/// says what: `pause`, `resume`, `replay`, `drop`, `forget`, `block`, `unblock`,
/// `pause-subscriber`, `resume-subscriber` or `skip-event`.
public final class OrderForm {
  private OrderForm() {}

  /// Writes it.
  public static String of(Order order) {
    Map<String, String> fields = new LinkedHashMap<>();
    switch (order) {
      case Order.Hold(String rule) -> {
        fields.put("do", "pause");
        fields.put("rule", rule);
      }
      case Order.Resume(String rule) -> {
        fields.put("do", "resume");
        fields.put("rule", rule);
      }
      case Order.HoldSubscriber(String subscriber) -> {
        fields.put("do", "pause-subscriber");
        fields.put("subscriber", subscriber);
      }
      case Order.ResumeSubscriber(String subscriber) -> {
        fields.put("do", "resume-subscriber");
        fields.put("subscriber", subscriber);
      }
      case Order.SkipEvent(String subscriber, long event) -> {
        fields.put("do", "skip-event");
        fields.put("subscriber", subscriber);
        fields.put("event", Long.toString(event));
      }
      case Order.Replay(Choice choice, String toRule) -> {
        fields.put("do", "replay");
        fields.put("to-rule", toRule);
        write(choice, fields);
      }
      case Order.Drop(Choice choice) -> {
        fields.put("do", "drop");
        write(choice, fields);
      }
      case Order.Block(String sender, String reason) -> {
        fields.put("do", "block");
        fields.put("sender", sender);
        fields.put("reason", reason);
      }
      case Order.Unblock(String sender) -> {
        fields.put("do", "unblock");
        fields.put("sender", sender);
      }
      case Order.Forget(Traces traces) -> {
        fields.put("do", "forget");
        switch (traces) {
          case Traces.OfMail(String id) -> fields.put("id", id);
          case Traces.To(String address) -> fields.put("to", address);
          case Traces.From(String address) -> fields.put("from", address);
        }
      }
    }
    return text(fields);
  }

  private static String text(Map<String, String> fields) {
    List<String> pairs = new ArrayList<>();
    fields.forEach(
        (name, value) -> pairs.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return String.join("&", pairs);
  }

  private static void write(Choice choice, Map<String, String> fields) {
    fields.put("id", choice.id());
    fields.put("rule", choice.rule());
    fields.put("states", String.join(",", choice.states().stream().map(State::name).toList()));
    if (choice.since() != null) {
      fields.put("since", choice.since().toString());
    }
    if (choice.until() != null) {
      fields.put("until", choice.until().toString());
    }
  }

  /// Reads it.
  ///
  /// @throws IllegalArgumentException when it is no order
  static Order parse(String body) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("a field without a value");
      }
      fields.put(
          pair.substring(0, equals),
          URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return switch (fields.getOrDefault("do", "")) {
      case "pause" -> new Order.Hold(required(fields, "rule"));
      case "resume" -> new Order.Resume(required(fields, "rule"));
      case "pause-subscriber" -> new Order.HoldSubscriber(required(fields, "subscriber"));
      case "resume-subscriber" -> new Order.ResumeSubscriber(required(fields, "subscriber"));
      case "skip-event" ->
          new Order.SkipEvent(
              required(fields, "subscriber"), Long.parseLong(required(fields, "event")));
      case "replay" -> new Order.Replay(choice(fields), fields.getOrDefault("to-rule", ""));
      case "drop" -> new Order.Drop(choice(fields));
      case "forget" -> new Order.Forget(traces(fields));
      case "block" ->
          new Order.Block(required(fields, "sender"), fields.getOrDefault("reason", ""));
      case "unblock" -> new Order.Unblock(required(fields, "sender"));
      default -> throw new IllegalArgumentException("there is no such order");
    };
  }

  private static Choice choice(Map<String, String> fields) {
    Set<State> states = EnumSet.noneOf(State.class);
    // An order that names no state must not come to mean them all.
    for (String name : required(fields, "states").split(",", -1)) {
      states.add(State.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    return new Choice(
        fields.getOrDefault("id", ""),
        fields.getOrDefault("rule", ""),
        states,
        time(fields.get("since")),
        time(fields.get("until")));
  }

  private static Traces traces(Map<String, String> fields) {
    if (fields.containsKey("id")) {
      return new Traces.OfMail(required(fields, "id"));
    }
    return fields.containsKey("to")
        ? new Traces.To(required(fields, "to"))
        : new Traces.From(required(fields, "from"));
  }

  private static String required(Map<String, String> fields, String name) {
    String value = fields.getOrDefault(name, "");
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the field " + name + " is missing");
    }
    return value;
  }

  private static @Nullable Instant time(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no time: " + text, e);
    }
  }
}
