package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.webhook.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PosternEventsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");
  private static final EventDialect DIALECT =
      new EventDialect(EventFormat.POSTERN, false, 1, ZoneOffset.UTC, 0);

  @Test
  void isAnObjectAsStandardWebhooksAdvises() throws IOException {
    JsonNode post = post(TestEvents.of(Event.Type.DELIVERIES, "support", NOW));
    assertEquals(List.of("type", "timestamp", "data"), List.copyOf(post.propertyNames()));
    assertEquals("postern.deliveries", post.at("/type").asString());
    assertEquals("2026-01-02T03:04:05.006Z", post.at("/timestamp").asString());
    assertEquals("succeeded", post.at("/data/events/0/status").asString());
    assertEquals("sender@example.org", post.at("/data/events/0/mail/envelopeFrom").asString());
  }

  private static JsonNode post(Event... events) throws IOException {
    EventCall call =
        new EventCall("post-1", NOW, "", "", new Payload.Gateway("mx.example.com", "main"));
    EventPost post = DIALECT.render(List.of(events), call);
    assertEquals("application/json", post.body().contentType());
    try (InputStream in = post.body().source().open()) {
      return JsonMapper.shared().readTree(in);
    }
  }
}
