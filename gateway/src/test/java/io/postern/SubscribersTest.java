package io.postern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.Mails;
import io.postern.fixture.SinkRequest;
import io.postern.fixture.WebhookSink;
import io.postern.journal.Posting;
import io.postern.journal.Postings;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The road of events: a mail, the rows of its deliveries, and the post that tells of them.
final class SubscribersTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private WebhookSink sink;
  private TestGateway gateway;

  @BeforeEach
  void prepare() throws IOException {
    sink = WebhookSink.start();
    gateway = new TestGateway(folder).rule("desk", sink.url("/desk"));
  }

  @AfterEach
  void stop() throws IOException {
    gateway.close();
    sink.close();
  }

  @Test
  void tellsEachChangeOfADeliveryInOnePostOverRealHttp() throws Exception {
    gateway.subscriber("ops", sink.url("/events")).start();
    TestGateway.until("a test event was taken", () -> !told().isEmpty());
    gateway.deliver(Mails.plain(), "desk@in.example.com");
    gateway.await(Status.SUCCEEDED);
    gateway.tick(Duration.ofSeconds(1));
    TestGateway.until("the events were told", () -> told().size() == 2);
    List<JsonNode> events = events(told().getLast());
    List<String> statuses = new ArrayList<>();
    events.forEach(event -> statuses.add(event.get("status").asString()));
    assertEquals(List.of("queued", "succeeded"), statuses);
    List<Row> rows = gateway.rows();
    assertEquals(2, rows.size());
    TestGateway.until("the posts are noted", () -> postings().size() == 2 && isOver());
    Posting posting = postings().getFirst();
    assertEquals("2 deliveries", posting.events());
    assertEquals(Status.SUCCEEDED, posting.status());
    assertEquals(sink.url("/events").toString(), posting.trial().endpointUrl());
    assertEquals("mx.example.com", posting.trial().hostName());
    assertEquals(told().getLast().header("webhook-id").orElseThrow(), posting.id());
  }

  private boolean isOver() {
    return postings().stream().allMatch(it -> it.status() == Status.SUCCEEDED);
  }

  private List<Posting> postings() {
    try {
      return ((SqliteStore) gateway.gateway().queue()).postings(Postings.Wanted.ALL, 0, 100);
    } catch (io.postern.journal.StoreUnavailable e) {
      throw new AssertionError(e);
    }
  }

  private List<SinkRequest> told() {
    return sink.requests().stream().filter(it -> it.target().equals("/events")).toList();
  }

  private static List<JsonNode> events(SinkRequest request) {
    List<JsonNode> events = new ArrayList<>();
    JSON.readTree(request.text()).get("data").get("events").forEach(events::add);
    assertTrue(!events.isEmpty());
    return events;
  }
}
