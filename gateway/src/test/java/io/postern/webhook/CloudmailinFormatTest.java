package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.ReversePath;
import io.postern.mime.Letters;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CloudmailinFormatTest {
  private static JsonNode read(Payload payload) throws IOException {
    Body body = Payloads.body(Format.CLOUDMAILIN, payload);
    assertEquals("application/json", body.contentType());
    return ServiceMail.json(body);
  }

  @Test
  void givesThePropertiesOfNormalisedJson() throws IOException {
    JsonNode json = read(ServiceMail.payload(ServiceMail.TEXT));
    assertEquals("headers envelope plain html reply_plain attachments", ServiceMail.names(json));
    assertEquals(
        "{\"to\":\"Desk+1@in.example.com\",\"from\":\"bounce@example.com\","
            + "\"helo_domain\":\"mx.example.com\",\"remote_ip\":\"192.0.2.25\","
            + "\"recipients\":[\"Desk+1@in.example.com\"],"
            + "\"spf\":{\"result\":\"none\",\"domain\":\"example.com\"},\"tls\":true}",
        json.get("envelope").toString());
    assertEquals("two boxes & more = 二箱", json.get("plain").asString());
    assertEquals("<img src=\"cid:logo@example.com\">", json.get("html").asString());
    assertEquals(
        "{\"content\":\"YSxi\",\"file_name\":\"list.csv\",\"content_type\":\"text/csv\",\"size\":3,"
            + "\"disposition\":\"attachment\"}",
        json.get("attachments").get(0).toString());
    assertEquals(
        "{\"content\":\"iVBORw0KGgo=\",\"file_name\":\"logo.png\",\"content_type\":\"image/png\","
            + "\"size\":8,\"disposition\":\"inline\",\"content_id\":\"logo@example.com\"}",
        json.get("attachments").get(1).toString());
  }

  @Test
  void givesTheHeadersAsAMap() throws IOException {
    JsonNode headers = read(ServiceMail.payload(ServiceMail.TEXT)).get("headers");
    assertEquals(
        "return_path received from to cc reply_to subject date message_id mime_version"
            + " content_type",
        ServiceMail.names(headers));
    assertEquals("bounce@example.com", headers.get("return_path").asString());
    assertEquals(3, headers.get("received").size());
    assertTrue(headers.get("received").get(0).asString().startsWith("from mx.example.com"));
    assertEquals("\"Müller, Jürgen\" <juergen+x@example.com>", headers.get("from").asString());
    JsonNode hostile = read(ServiceMail.payload(ServiceMail.HOSTILE)).get("headers");
    assertEquals("bounce@example.com", hostile.get("return_path").asString());
    assertEquals("a@example.com, b@example.com", hostile.get("from").asString());
    assertEquals("[\"1\",\"2\"]", hostile.get("x_twice").toString());
    JsonNode alike =
        read(ServiceMail.payload("Message-ID: <1@example.com>\nMessage_ID: 2\nX_A: 1\nX-A: 2\n\nx"))
            .get("headers");
    assertEquals("<1@example.com>", alike.get("message_id").asString());
    assertEquals("[\"1\",\"2\"]", alike.get("x_a").toString());
  }

  @Test
  void isNullWhereTheMailHasNoText() throws IOException {
    JsonNode json =
        read(
            Payloads.of(
                Letters.of("Content-Type: application/pdf\n\nx"),
                Payloads.peer("2001:db8::25", "mx.example.org"),
                ReversePath.NULL));
    for (String name : List.of("plain", "html", "reply_plain")) {
      assertTrue(json.get(name).isNull(), name);
    }
    assertEquals("", json.get("envelope").get("from").asString());
    assertEquals("mx.example.org", json.get("envelope").get("spf").get("domain").asString());
  }

  @Test
  void givesTheReplyWhereSomethingIsQuoted() throws IOException {
    JsonNode json = read(ServiceMail.payload(ServiceMail.REPLY));
    assertEquals("Yes, please.", json.get("reply_plain").asString().strip());
    assertTrue(read(ServiceMail.payload("\nhello")).get("reply_plain").isNull());
  }

  @Test
  void givesContentOfAnyLengthWhole() throws IOException {
    // Around the length of a block, which is encoded at a time.
    for (int length = 6 * 1024 - 3; length <= 6 * 1024 + 3; length++) {
      String content = "x".repeat(length);
      Payload payload = Payloads.of(Letters.of("Content-Type: application/zip\n\n" + content));
      JsonNode attachment = read(payload).get("attachments").get(0);
      assertEquals(content, new String(attachment.get("content").binaryValue(), UTF_8));
      assertEquals(length, attachment.get("size").asInt());
    }
  }
}
