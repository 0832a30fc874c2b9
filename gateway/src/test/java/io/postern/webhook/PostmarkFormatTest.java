package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.ReversePath;
import io.postern.mime.Letters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PostmarkFormatTest {
  private static JsonNode read(Payload payload, boolean raw) throws IOException {
    Body body =
        new Dialect(Format.POSTMARK, raw, Dialect.INLINE_MAX).body(payload, Payloads.proof(""));
    assertEquals("application/json", body.contentType());
    return ServiceMail.json(body);
  }

  @Test
  void givesThePropertiesOfTheInboundWebhook() throws IOException {
    JsonNode json = read(ServiceMail.payload(ServiceMail.TEXT), false);
    assertEquals(
        "From FromName FromFull To ToFull Cc CcFull Bcc BccFull OriginalRecipient Subject MessageID"
            + " MessageStream ReplyTo MailboxHash Date TextBody HtmlBody StrippedTextReply Tag"
            + " Headers Attachments",
        ServiceMail.names(json));
    assertEquals("juergen+x@example.com", json.get("From").asString());
    assertEquals("Müller, Jürgen", json.get("FromName").asString());
    assertEquals(
        "{\"Email\":\"juergen+x@example.com\",\"Name\":\"Müller, Jürgen\",\"MailboxHash\":\"x\"}",
        json.get("FromFull").toString());
    assertEquals(
        "\"Desk, the\" <desk+ticket-17@in.example.com>, other@example.com",
        json.get("To").asString());
    assertEquals(
        "[{\"Email\":\"desk+ticket-17@in.example.com\",\"Name\":\"Desk, the\","
            + "\"MailboxHash\":\"ticket-17\"},"
            + "{\"Email\":\"other@example.com\",\"Name\":\"\",\"MailboxHash\":\"\"}]",
        json.get("ToFull").toString());
    assertEquals("山田 <yamada@example.com>", json.get("Cc").asString());
    assertEquals("Desk+1@in.example.com", json.get("OriginalRecipient").asString());
    assertEquals("見積 <4711>", json.get("Subject").asString());
    assertEquals("inbound", json.get("MessageStream").asString());
    assertEquals("answers@example.com", json.get("ReplyTo").asString());
    assertEquals("1", json.get("MailboxHash").asString());
    assertEquals("Mon, 2 Nov 2026 12:04:00 +0900 (JST)", json.get("Date").asString());
    assertEquals("two boxes & more = 二箱", json.get("TextBody").asString());
    assertEquals("<img src=\"cid:logo@example.com\">", json.get("HtmlBody").asString());
    assertEquals(
        "[{\"Name\":\"list.csv\",\"Content\":\"YSxi\",\"ContentType\":\"text/csv\","
            + "\"ContentLength\":3},"
            + "{\"Name\":\"logo.png\",\"Content\":\"iVBORw0KGgo=\",\"ContentType\":\"image/png\","
            + "\"ContentLength\":8,\"ContentID\":\"logo@example.com\"},"
            + "{\"Name\":\"again.png\",\"Content\":\"eA==\",\"ContentType\":\"image/png\","
            + "\"ContentLength\":1,\"ContentID\":\"logo@example.com\"}]",
        json.get("Attachments").toString());
  }

  @Test
  void givesTheHeadersWithTheTraceInFrontAndWithoutThoseToldElsewhere() throws IOException {
    JsonNode headers = read(ServiceMail.payload(ServiceMail.TEXT), false).get("Headers");
    assertEquals(
        "{\"Name\":\"Return-Path\",\"Value\":\"<bounce@example.com>\"}", headers.get(0).toString());
    List<String> names = new ArrayList<>();
    headers.forEach(header -> names.add(header.get("Name").asString()));
    assertEquals(
        List.of(
            "Return-Path",
            "Received",
            "Received",
            "Received",
            "Message-ID",
            "MIME-Version",
            "Content-Type"),
        names);
  }

  @Test
  void namesTheRecipientInBccWhenTheHeaderNamesItNowhere() throws IOException {
    JsonNode hidden = read(ServiceMail.payload(ServiceMail.TEXT), false);
    assertEquals("Desk+1@in.example.com", hidden.get("Bcc").asString());
    assertEquals("1", hidden.get("BccFull").get(0).get("MailboxHash").asString());
    JsonNode named = read(ServiceMail.payload("Cc: D <desk+1@IN.example.com>\n\nx"), false);
    assertEquals("", named.get("Bcc").asString());
    assertEquals(0, named.get("BccFull").size());
  }

  @Test
  void isEmptyWhereTheMailSaysNothing() throws IOException {
    JsonNode json = read(ServiceMail.payload("X: y\n\n"), false);
    for (String name :
        List.of("FromName", "To", "Cc", "Subject", "ReplyTo", "Date", "HtmlBody", "Tag")) {
      assertEquals("", json.get(name).asString(), name);
    }
    assertEquals(0, json.get("Attachments").size());
  }

  @Test
  void givesTheReplyWhereSomethingIsQuoted() throws IOException {
    JsonNode json = read(ServiceMail.payload(ServiceMail.REPLY), false);
    assertEquals("Yes, please.", json.get("StrippedTextReply").asString().strip());
    JsonNode plain = read(ServiceMail.payload("\nhello"), false);
    assertEquals("", plain.get("StrippedTextReply").asString());
  }

  @Test
  void givesEachDeliveryAnIdOfItsOwn() throws IOException {
    Payload payload = ServiceMail.payload("\nx");
    Payload other =
        new Payload(
            "other",
            payload.rule(),
            payload.recipient(),
            payload.mail(),
            payload.parsed(),
            payload.gateway());
    String id = read(payload, false).get("MessageID").asString();
    assertEquals(id, UUID.fromString(id).toString());
    assertEquals(id, read(payload, false).get("MessageID").asString());
    assertNotEquals(id, read(other, false).get("MessageID").asString());
  }

  @Test
  void tellsFieldsThatMayStandOnceOnce() throws IOException {
    JsonNode json = read(ServiceMail.payload(ServiceMail.HOSTILE), false);
    assertEquals("a@example.com", json.get("From").asString());
    List<String> headers = new ArrayList<>();
    json.get("Headers")
        .forEach(
            header -> headers.add(header.get("Name").asString() + header.get("Value").asString()));
    assertEquals(1, headers.stream().filter(it -> it.startsWith("Message-ID")).count());
    assertEquals(1, headers.stream().filter(it -> it.startsWith("Sender")).count());
    assertEquals(1, headers.stream().filter(it -> it.startsWith("Return-Path")).count());
    assertEquals(2, headers.stream().filter(it -> it.startsWith("X-Twice")).count());
  }

  @Test
  void addsTheMessageWhenAsked() throws IOException {
    String long8bit = "Subject: é\n\n" + "😀 \"\\\n".repeat(10_000);
    JsonNode json = read(Payloads.of(Letters.of(long8bit)), true);
    String raw = json.get("RawEmail").asString();
    assertTrue(raw.startsWith("Return-Path: <bounce@example.com>\r\nReceived: from"), raw);
    assertTrue(raw.endsWith("😀 \"\\\r\n".repeat(10_000)));
    assertTrue(json.has("TextBody") && json.has("Attachments"));
    JsonNode latin = read(Payloads.of(new Letters().raw("\n\u00ff").message()), true);
    assertTrue(latin.get("RawEmail").asString().endsWith("\n\uFFFD"));
    assertFalse(read(ServiceMail.payload("\nx"), false).has("RawEmail"));
  }

  @Test
  void tellsWhoSentAMailThatDoesNotSay() throws IOException {
    JsonNode json = read(ServiceMail.payload("Subject: x\n\nhello"), false);
    assertEquals("bounce@example.com", json.get("From").asString());
    assertEquals("bounce@example.com", json.get("FromFull").get("Email").asString());
    JsonNode bounce =
        read(
            Payloads.of(
                Letters.of("Subject: x\n\nhello"),
                Payloads.peer("192.0.2.25", "mx.example.com"),
                ReversePath.NULL),
            false);
    assertEquals("MAILER-DAEMON@mx.in.example.com", bounce.get("FromFull").get("Email").asString());
  }

  @Test
  void saysTwiceThatAFileIsEmpty() throws IOException {
    JsonNode attachments =
        read(ServiceMail.payload("Content-Type: image/png; name=a.png\n\n"), false)
            .get("Attachments");
    assertEquals(
        "[{\"Name\":\"a.png\",\"Content\":\"\",\"Data\":\"\",\"ContentType\":\"image/png\","
            + "\"ContentLength\":0}]",
        attachments.toString());
  }
}
