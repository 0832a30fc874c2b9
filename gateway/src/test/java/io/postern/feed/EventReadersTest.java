package io.postern.feed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.feed.Event.Change;
import io.postern.journal.Arrival;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.webhook.Signature;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Each format read as its receivers read it: into the types that they declare, and with the checks
/// that they make.
class EventReadersTest {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  // Customers Mail Cloud: as the service's own articles read it, in JSON and as a form.

  private record CmcPost(
      @Nullable String api_key,
      String event_type,
      String server_composition,
      Map<String, List<Map<String, String>>> event) {}

  @Test
  void cmcIsReadFromJson() throws IOException {
    CmcPost post = JSON.readValue(bytes("cmc-2-json", "queued"), CmcPost.class);
    assertEquals("deliveries", post.event_type());
    assertEquals("the-api-key", post.api_key());
    Map<String, String> delivery = post.event().get("deliveries").getFirst();
    assertEquals("<a1@mail.example.org>", delivery.get("messageId"));
    assertEquals("192.0.2.25", delivery.get("sourceIp"));
    assertEquals("queued", delivery.get("status"));
  }

  @Test
  void cmcIsTheSameAsAForm() throws IOException {
    for (String name : SampleEvents.all().keySet()) {
      Map<String, String> form = form(bytes("cmc-2-form", name));
      JsonNode json = JSON.readTree(bytes("cmc-2-json", name));
      assertEquals(List.of("api_key", "server_composition", "event_type", "event"), keys(form));
      assertEquals(json.at("/event_type").asString(), form.get("event_type"));
      assertEquals(json.at("/server_composition").asString(), form.get("server_composition"));
      assertEquals(json.at("/event"), JSON.readTree(form.get("event")), name);
    }
  }

  @Test
  void cmcHasNoKeyWhereThereIsNone() throws IOException {
    EventDialect dialect = SampleEvents.dialects().get("cmc-2-form");
    EventCall with = SampleEvents.call(dialect);
    EventCall without = new EventCall(with.id(), with.at(), "", "", with.gateway());
    Event event = SampleEvents.all().get("queued");
    Map<String, String> form = form(SampleEvents.bytes(dialect.render(List.of(event), without)));
    assertFalse(form.containsKey("api_key"));
  }

  @Test
  void cmcOfVersion1HasTheNamesOfVersion1() throws IOException {
    Map<String, String> form = form(bytes("cmc-1-form", "queued"));
    JsonNode delivery = JSON.readTree(form.get("event")).at("/deliveries/0");
    assertEquals("bounces@example.org", delivery.at("/envelopeFrom").asString());
    assertEquals("support@in.example.com", delivery.at("/envelopeTo").asString());
    assertEquals(
        Set.of(
            "created",
            "envelopeFrom",
            "envelopeTo",
            "messageId",
            "reason",
            "senderIp",
            "sourceIp",
            "status",
            "subject"),
        Set.copyOf(delivery.propertyNames()));
  }

  @Test
  void cmcHasNoReasonForWhatIsReplayed() throws IOException {
    Event event = SampleEvents.change(1, Status.QUEUED, "replayed by operator", 0, 0);
    EventDialect dialect = SampleEvents.dialects().get("cmc-2-json");
    EventPost post = dialect.render(List.of(event), SampleEvents.call(dialect));
    JsonNode delivery = JSON.readTree(SampleEvents.bytes(post)).at("/event/deliveries/0");
    assertEquals("", delivery.at("/reason").stringValue());
    assertEquals("queued", delivery.at("/status").asString());
  }

  /// An hour that comes twice, and one that never comes.
  @Test
  void cmcTellsLocalTimesThroughTheChangesOfTheClock() throws IOException {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    assertEquals("2026-03-29 01:59:59", created("2026-03-29T00:59:59.999Z", berlin));
    assertEquals("2026-03-29 03:00:00", created("2026-03-29T01:00:00Z", berlin));
    assertEquals("2026-10-25 02:59:59", created("2026-10-25T00:59:59Z", berlin));
    assertEquals("2026-10-25 02:00:00", created("2026-10-25T01:00:00Z", berlin));
    assertEquals("2026-10-25 03:00:00", created("2026-10-25T02:00:00Z", berlin));
    assertEquals("2027-01-01 08:59:59", created("2026-12-31T23:59:59Z", ZoneId.of("Asia/Tokyo")));
  }

  private static String created(String time, ZoneId zone) throws IOException {
    Instant at = Instant.parse(time);
    Arrival arrival = new Arrival(at, "s", "h", "a@example.org", "b@example.com", "");
    Event event =
        new Change(new Row(1, at, Status.QUEUED, "", arrival, Step.NONE), MailFacts.NONE, "");
    EventDialect dialect = new EventDialect(EventFormat.CMC, false, 2, zone, 0);
    EventPost post = dialect.render(List.of(event), SampleEvents.call(dialect));
    return JSON.readTree(SampleEvents.bytes(post)).at("/event/deliveries/0/created").asString();
  }

  // SocketLabs: with the types that the service's own receiver declares. It ignores what it does
  // not
  // know; here nothing may be unknown.

  private enum Lasting {
    Temporary,
    Permanent,
    Suppressed
  }

  private record Meta(String Key, String Value) {}

  private record SocketlabsData(List<Meta> Meta, List<String> Tags) {}

  private record SocketlabsEvent(
      String Type,
      OffsetDateTime DateTime,
      int ServerId,
      @Nullable Integer SubaccountId,
      String SecretKey,
      String Address,
      String FromAddress,
      String Subject,
      int MessageSize,
      int DeferralCode,
      String Reason,
      String Response,
      String LocalIp,
      String RemoteMta,
      int FailureCode,
      Lasting FailureType,
      String BounceStatus,
      String DiagnosticCode,
      String FblType,
      String UserAgent,
      String From,
      String To,
      int Length,
      String MailingId,
      String MessageId,
      SocketlabsData Data) {}

  @Test
  void socketlabsIsReadIntoTheTypesOfItsReceivers() throws IOException {
    Map<String, String> types =
        Map.of(
            "queued", "Queued",
            "succeeded", "Delivered",
            "deferred", "Deferred",
            "failed", "Failed",
            "denied", "Failed",
            "bounce-hard", "Failed",
            "complaint", "Complaint");
    for (Map.Entry<String, String> type : types.entrySet()) {
      SocketlabsEvent event = socketlabs(type.getKey());
      assertEquals(type.getValue(), event.Type());
      assertEquals("the-secret-key", event.SecretKey());
      assertEquals(12345, event.ServerId());
      // A receiver in use drops events that lack one of these.
      assertFalse(event.Address().isEmpty() || event.MessageId().isEmpty(), type.getKey());
    }
    assertEquals(Lasting.Permanent, socketlabs("bounce-hard").FailureType());
    assertEquals(2001, socketlabs("bounce-hard").FailureCode());
    assertEquals(Lasting.Temporary, socketlabs("bounce-soft").FailureType());
    assertEquals(4001, socketlabs("deferred").DeferralCode());
    assertEquals(Lasting.Temporary, socketlabs("failed").FailureType());
    assertEquals("HTTP 200", socketlabs("succeeded").Response());
    assertEquals(4321, socketlabs("queued").MessageSize());
  }

  @Test
  void socketlabsValidatesByAnEventOfItsOwn() throws IOException {
    EventDialect dialect = SampleEvents.dialects().get("socketlabs");
    EventPost post =
        dialect.validation(SampleEvents.all().get("queued"), SampleEvents.call(dialect));
    JsonNode json = JSON.readTree(SampleEvents.bytes(post));
    assertEquals("Validation", json.at("/Type").asString());
    assertEquals("the-secret-key", json.at("/SecretKey").asString());
  }

  private static SocketlabsEvent socketlabs(String name) throws IOException {
    return JSON.readValue(bytes("socketlabs", name), SocketlabsEvent.class);
  }

  // MessageFlow: with the check and the reading of statuses that a receiver in use has.

  private record Named(String email, String name, @Nullable String messageId) {}

  private record Report(
      String subject,
      String smtpAccount,
      Named to,
      Named from,
      @Nullable List<String> tags,
      String status,
      long statusTime,
      String statusDesc,
      List<Object> allStatuses) {}

  @Test
  void messageflowIsReadAsAList() throws IOException {
    Report report = messageflow("succeeded");
    assertEquals("ok", report.status());
    assertEquals("a1@mail.example.org", report.to().messageId());
    assertEquals(SampleEvents.NOW.getEpochSecond(), report.statusTime());
    assertEquals("acme", report.smtpAccount());
    assertEquals("main", messageflow("denied").smtpAccount());
    assertEquals("hardbounce", messageflow("bounce-hard").status());
    assertEquals("softbounce", messageflow("bounce-soft").status());
    assertEquals("spambounce", messageflow("bounce-spam").status());
    // What an endpoint did not take must not strike out an address.
    assertEquals("dropped", messageflow("failed").status());
  }

  private static Report messageflow(String name) throws IOException {
    return JSON.readValue(bytes("messageflow", name), Report[].class)[0];
  }

  @Test
  void messageflowIsProvenByItsHeaders() throws Exception {
    EventDialect dialect = SampleEvents.dialects().get("messageflow");
    EventCall call = SampleEvents.call(dialect);
    Event event = SampleEvents.all().get("queued");
    Map<String, String> headers = dialect.render(List.of(event), call).headers();
    String date = headers.get("X-Webhook-Date");
    // Without a zone a receiver takes it for UTC, and one in use allows a day on either side.
    assertEquals("2026-01-31T23:05:08", LocalDateTime.parse(date.replace(' ', 'T')).toString());
    String signed = "the-secret-key|" + date + "|" + headers.get("Request-Id");
    byte[] sum = MessageDigest.getInstance("SHA-1").digest(signed.getBytes(UTF_8));
    assertEquals(HexFormat.of().formatHex(sum), headers.get("X-Webhook-Checksum"));
    assertEquals(call.id(), headers.get("Request-Id"));
  }

  @Test
  void messageflowHasTheChecksumOfAKnownCall() {
    EventCall known = SampleEvents.call(SampleEvents.of(EventFormat.MESSAGEFLOW));
    EventCall call =
        new EventCall(
            "req-0001", Instant.parse("2026-01-02T03:04:05Z"), "", "s3cret", known.gateway());
    assertEquals(
        "e19eda3dec2d84c8d2ae7e398cc0471c546780bb",
        MessageflowEvents.headers(call).get("X-Webhook-Checksum"));
  }

  // BIK.

  private record BikData(String message_id, String status, Map<String, Object> details) {}

  private record BikPost(String event, String timestamp, BikData data) {}

  @Test
  void bikIsReadAsItsArticleHasIt() throws IOException {
    BikPost post = JSON.readValue(bytes("bik", "deferred"), BikPost.class);
    assertEquals("sent", post.event());
    assertEquals("sent", post.data().status());
    assertEquals("deferred", post.data().details().get("status"));
    assertEquals("a1@mail.example.org", post.data().message_id());
    assertEquals("2026-01-31T23:05:07.339Z", post.timestamp());
  }

  // CloudEvents: by the rules of the specification, §3.

  @Test
  void cloudEventsKeepToTheSpecification() throws IOException {
    EventDialect dialect = SampleEvents.dialects().get("cloudevents");
    Set<String> ids = new HashSet<>();
    List<Event> events = new ArrayList<>(SampleEvents.all().values());
    for (Event event : events) {
      EventPost post = dialect.render(List.of(event), SampleEvents.call(dialect));
      assertEquals("application/cloudevents-batch+json", post.body().contentType());
      for (JsonNode read : JSON.readTree(SampleEvents.bytes(post))) {
        for (String name : read.propertyNames()) {
          assertTrue(name.matches("[a-z0-9]{1,20}"), name);
        }
        for (String name : List.of("id", "source", "type", "subject")) {
          assertFalse(read.at("/" + name).asString().isEmpty(), name);
        }
        assertEquals("1.0", read.at("/specversion").asString());
        assertTrue(read.at("/type").asString().startsWith("io.postern."));
        assertEquals("mx.example.com", URI.create(read.at("/source").asString()).getHost());
        OffsetDateTime.parse(read.at("/time").asString());
        assertTrue(read.at("/data").isObject());
        ids.add(read.at("/id").asString());
      }
    }
    // The four reports are made up of one mail, and of one place in it.
    assertEquals(events.size() - 3, ids.size());
  }

  /// As the libraries of Standard Webhooks do it.
  @Test
  void signedFormatsAreVerified() throws Exception {
    byte[] key = "0123456789abcdefghijklmnopqrstuv".getBytes(UTF_8);
    for (String form : List.of("postern", "cloudevents")) {
      EventDialect dialect = SampleEvents.dialects().get(form);
      EventCall call = SampleEvents.call(dialect);
      EventPost post = dialect.render(List.of(SampleEvents.all().get("queued")), call);
      long at = call.at().getEpochSecond();
      String header = Signature.header(List.of(key), call.id(), at, post.body());
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      String body = new String(SampleEvents.bytes(post), UTF_8);
      byte[] sum = mac.doFinal((call.id() + "." + at + "." + body).getBytes(UTF_8));
      assertEquals("v1," + Base64.getEncoder().encodeToString(sum), header);
    }
  }

  @Test
  void noPostHoldsMoreThanItsFormatCan() {
    List<Event> two =
        List.of(SampleEvents.all().get("queued"), SampleEvents.all().get("succeeded"));
    for (EventFormat format : List.of(EventFormat.SOCKETLABS, EventFormat.BIK)) {
      EventDialect dialect = SampleEvents.of(format);
      EventCall call = SampleEvents.call(dialect);
      assertThrows(IllegalArgumentException.class, () -> dialect.render(two, call));
    }
  }

  @Test
  void noSecretIsShown() {
    EventCall call =
        new EventCall(
            "id",
            SampleEvents.NOW,
            "key-1",
            "key-2",
            SampleEvents.call(SampleEvents.of(EventFormat.CMC)).gateway());
    assertFalse(call.toString().contains("key-"));
  }

  private static byte[] bytes(String form, String name) throws IOException {
    EventDialect dialect = SampleEvents.dialects().get(form);
    Event event = SampleEvents.all().get(name);
    return SampleEvents.bytes(dialect.render(List.of(event), SampleEvents.call(dialect)));
  }

  private static Map<String, String> form(byte[] bytes) {
    Map<String, String> form = new LinkedHashMap<>();
    for (String pair : new String(bytes, UTF_8).split("&", -1)) {
      int equals = pair.indexOf('=');
      form.put(
          URLDecoder.decode(pair.substring(0, equals), UTF_8),
          URLDecoder.decode(pair.substring(equals + 1), UTF_8));
    }
    return form;
  }

  private static List<String> keys(Map<String, String> form) {
    return List.copyOf(form.keySet());
  }
}
