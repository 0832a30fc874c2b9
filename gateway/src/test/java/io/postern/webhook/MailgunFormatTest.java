package io.postern.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mime.Letters;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MailgunFormatTest {
  private static Body body(Payload payload, boolean raw) throws IOException {
    return new Dialect(Format.MAILGUN, raw, Dialect.INLINE_MAX).body(payload, Payloads.proof(""));
  }

  /// The fields of a form in the other encoding, by another reader; those that are repeated by
  /// their last.
  private static Map<String, String> url(Body body, Charset charset) throws IOException {
    assertEquals("application/x-www-form-urlencoded", body.contentType());
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : new String(Payloads.bytes(body), UTF_8).split("&", -1)) {
      String[] sides = pair.split("=", -1);
      assertEquals(2, sides.length, pair);
      fields.put(URLDecoder.decode(sides[0], charset), URLDecoder.decode(sides[1], charset));
    }
    return fields;
  }

  @Test
  void givesTheFieldsOfRoutes() throws IOException {
    Body body = body(ServiceMail.payload(ServiceMail.TEXT), false);
    List<FormReader.Part> parts = FormReader.read(body.contentType(), Payloads.bytes(body));
    assertEquals(
        "recipient sender from subject timestamp token signature body-plain body-html stripped-text"
            + " message-headers Return-Path Received Received Received From To Cc Reply-To Subject"
            + " Date Message-ID MIME-Version Content-Type attachment-count content-id-map"
            + " attachment-1 attachment-2 attachment-3",
        ServiceMail.names(parts));
    Map<String, FormReader.Part> fields =
        ServiceMail.once(parts.stream().filter(it -> !it.name().equals("Received")).toList());
    assertEquals("Desk+1@in.example.com", fields.get("recipient").text());
    assertEquals("bounce@example.com", fields.get("sender").text());
    assertEquals("\"Müller, Jürgen\" <juergen+x@example.com>", fields.get("from").text());
    assertEquals("\"Müller, Jürgen\" <juergen+x@example.com>", fields.get("From").text());
    assertEquals("見積 <4711>", fields.get("subject").text());
    assertEquals("見積 <4711>", fields.get("Subject").text());
    assertEquals("two boxes & more = 二箱", fields.get("body-plain").text());
    assertEquals("<img src=\"cid:logo@example.com\">", fields.get("body-html").text());
    assertEquals("3", fields.get("attachment-count").text());
    assertEquals("{\"<logo@example.com>\":\"attachment-2\"}", fields.get("content-id-map").text());
    assertEquals(
        new FormReader.Part("attachment-1", "list.csv", "text/csv", "a,b"),
        fields.get("attachment-1"));
    JsonNode headers = JsonMapper.shared().readTree(fields.get("message-headers").text());
    assertEquals("[\"Return-Path\",\"<bounce@example.com>\"]", headers.get(0).toString());
    assertEquals("Received", headers.get(1).get(0).asString());
    assertEquals(13, headers.size());
    assertEquals("[\"Subject\",\"見積 <4711>\"]", headers.get(8).toString());
  }

  @Test
  void signsAsMailgunDoes() throws IOException {
    // The signature was made by another program: printf '%s' 1700000000aaa... | openssl dgst -hmac.
    Map<String, String> fields = url(body(ServiceMail.payload("\nx"), false), UTF_8);
    assertEquals("1700000000", fields.get("timestamp"));
    assertEquals("a".repeat(50), fields.get("token"));
    assertEquals(
        "b74e7b6f43563ac9e3e26d5923e944445b54d0c2e24506aaa3123f13e324c553",
        fields.get("signature"));
  }

  @Test
  void drawsAnotherTokenForEachCall() {
    Random chance = new Random(1);
    Instant now = Instant.ofEpochSecond(1_700_000_000);
    Proof first = Proof.of("", "k", now, chance);
    Proof second = Proof.of("", "k", now, chance);
    assertTrue(first.token().matches("[0-9a-f]{50}"), first.token());
    assertNotEquals(first.token(), second.token());
    assertNotEquals(MailgunFormat.signature(first), MailgunFormat.signature(second));
    assertTrue(first.token().chars().distinct().count() > 8, first.token());
    assertFalse(Proof.of("secret-1", "secret-2", now, chance).toString().contains("secret"));
  }

  @Test
  void isAnUrlEncodedFormWithoutAttachments() throws IOException {
    Map<String, String> fields =
        url(body(ServiceMail.payload("X-A: 1&b=2 %+二\n\na b+c&d=e%\n"), false), UTF_8);
    assertEquals("a b+c&d=e%\r\n", fields.get("body-plain"));
    assertEquals("1&b=2 %+二", fields.get("X-A"));
    assertFalse(fields.containsKey("attachment-count") || fields.containsKey("body-html"));
  }

  @Test
  void makesTheTextOfHtmlThatStandsAlone() throws IOException {
    String head = "Content-Type: text/html\n\n";
    String html = "<p>Yes,&nbsp;please.<br>On 2 Nov 2026, Ann wrote:</p>";
    Map<String, String> fields = url(body(ServiceMail.payload(head + html), false), UTF_8);
    assertEquals("Yes, please.\r\nOn 2 Nov 2026, Ann wrote:", fields.get("body-plain"));
    assertEquals("Yes, please.", fields.get("stripped-text"));
    assertEquals(html, fields.get("body-html"));
    String paragraph = "<p>more</p>";
    Map<String, String> more =
        url(body(ServiceMail.payload(head + paragraph.repeat(20_000)), false), UTF_8);
    assertEquals("more\r\n\r\n".repeat(20_000).strip(), more.get("body-plain"));
    assertEquals("", url(body(ServiceMail.payload(head), false), UTF_8).get("body-plain"));
  }

  @Test
  void givesLongTextWholeInEitherEncoding() throws IOException {
    String text = "😀é\"&=<\t".repeat(20_000);
    String head = "Content-Type: text/plain; charset=utf-8\n\n";
    assertEquals(
        text, url(body(Payloads.of(Letters.of(head + text)), false), UTF_8).get("body-plain"));
  }

  @Test
  void givesTheMessageAsItCameWhenRaw() throws IOException {
    String message = "Subject: x\n\n\u00ff\0 &=+%\r\n" + "y".repeat(20_000);
    Payload payload = Payloads.of(new Letters().raw(message).message());
    Map<String, String> fields = url(body(payload, true), ISO_8859_1);
    assertEquals(
        "[recipient, sender, from, subject, timestamp, token, signature, body-mime]",
        fields.keySet().toString());
    assertTrue(
        fields.get("body-mime").startsWith("Return-Path: <bounce@example.com>\r\nReceived:"));
    assertTrue(fields.get("body-mime").endsWith("+0000\r\n" + message));
    Body files = body(ServiceMail.payload(ServiceMail.TEXT), true);
    assertTrue(url(files, UTF_8).get("body-mime").contains("iVBORw0KGgo="));
  }

  @Test
  void letsNoHeaderFieldBeTakenForAnother() throws IOException {
    Body body = body(ServiceMail.payload(ServiceMail.HOSTILE), false);
    String[] pairs = new String(Payloads.bytes(body), UTF_8).split("&", -1);
    assertEquals(
        "recipient sender from subject timestamp token signature body-plain stripped-text"
            + " message-headers"
            + " Return-Path Received From Subject To Message-ID X-Twice X-Twice",
        String.join(" ", List.of(pairs).stream().map(pair -> pair.split("=", -1)[0]).toList()));
    Map<String, String> fields = url(body, UTF_8);
    assertEquals("Desk+1@in.example.com", fields.get("recipient"));
    assertEquals("a@example.com, b@example.com", fields.get("From"));
    assertEquals("one", fields.get("Subject"));
    String headers = fields.get("message-headers");
    assertTrue(headers.contains("[\"recipient[0]\",\"evil@example.com\"]"), headers);
    assertTrue(headers.contains("[\"From\",\"a@example.com, b@example.com\"]"), headers);
    assertFalse(headers.contains("forged") || headers.contains("<2@example.com>"), headers);
  }

  @Test
  void makesAFieldOfTwoHundredHeaderFieldsAtMost() throws IOException {
    Body body = body(ServiceMail.payload("X-A: 1\n".repeat(500) + "\nx"), false);
    Map<String, String> fields = url(body, UTF_8);
    assertEquals(502, JsonMapper.shared().readTree(fields.get("message-headers")).size());
    int pairs = new String(Payloads.bytes(body), UTF_8).split("&", -1).length;
    assertEquals(10 + 200, pairs);
  }

  @Test
  void givesTheReplyAndTheSignature() throws IOException {
    Map<String, String> fields = url(body(ServiceMail.payload(ServiceMail.REPLY), false), UTF_8);
    assertEquals("Yes, please.", fields.get("stripped-text").strip());
    assertEquals("Bob", fields.get("stripped-signature"));
    assertTrue(fields.get("body-plain").contains("> Shall we?"));
  }

  @Test
  void sendsAnApiKeyWhenAsked() throws IOException {
    Body body = Payloads.body(Format.MAILGUN, ServiceMail.payload("\nx"), "key-1");
    assertEquals("key-1", url(body, UTF_8).get("api_key"));
  }
}
