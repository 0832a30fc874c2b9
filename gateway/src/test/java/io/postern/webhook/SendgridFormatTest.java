package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mime.Letters;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SendgridFormatTest {
  private static List<FormReader.Part> read(Payload payload, boolean raw) throws IOException {
    Body body =
        new Dialect(Format.SENDGRID, raw, Dialect.INLINE_MAX).body(payload, Payloads.proof(""));
    return FormReader.read(body.contentType(), Payloads.bytes(body));
  }

  @Test
  void givesTheFieldsOfInboundParse() throws IOException {
    List<FormReader.Part> parts = read(ServiceMail.payload(ServiceMail.TEXT), false);
    assertEquals(
        "headers dkim SPF sender_ip envelope to from cc subject text html charsets attachments"
            + " attachment-info content-ids attachment1 attachment2 attachment3",
        ServiceMail.names(parts));
    Map<String, FormReader.Part> fields = ServiceMail.once(parts);
    assertEquals("none", fields.get("dkim").text());
    assertEquals("none", fields.get("SPF").text());
    assertEquals("192.0.2.25", fields.get("sender_ip").text());
    assertEquals(
        "{\"to\":[\"Desk+1@in.example.com\"],\"from\":\"bounce@example.com\"}",
        fields.get("envelope").text());
    assertEquals(
        "\"Desk, the\" <desk+ticket-17@in.example.com>, other@example.com",
        fields.get("to").text());
    assertEquals("\"Müller, Jürgen\" <juergen+x@example.com>", fields.get("from").text());
    assertEquals("山田 <yamada@example.com>", fields.get("cc").text());
    assertEquals("見積 <4711>", fields.get("subject").text());
    assertEquals("two boxes & more = 二箱", fields.get("text").text());
    assertEquals("<img src=\"cid:logo@example.com\">", fields.get("html").text());
    assertEquals(
        "{\"to\":\"UTF-8\",\"from\":\"UTF-8\",\"cc\":\"UTF-8\",\"subject\":\"UTF-8\","
            + "\"text\":\"UTF-8\",\"html\":\"UTF-8\"}",
        fields.get("charsets").text());
    assertEquals("3", fields.get("attachments").text());
    assertEquals(
        "{\"attachment1\":{\"filename\":\"list.csv\",\"name\":\"list.csv\",\"type\":\"text/csv\"},"
            + "\"attachment2\":{\"filename\":\"logo.png\",\"name\":\"logo.png\","
            + "\"type\":\"image/png\",\"content-id\":\"logo@example.com\"},"
            + "\"attachment3\":{\"filename\":\"again.png\",\"name\":\"again.png\","
            + "\"type\":\"image/png\",\"content-id\":\"logo@example.com\"}}",
        fields.get("attachment-info").text());
    assertEquals("{\"logo@example.com\":\"attachment2\"}", fields.get("content-ids").text());
    assertEquals(
        new FormReader.Part("attachment1", "list.csv", "text/csv", "a,b"),
        fields.get("attachment1"));
    assertEquals("\u0089PNG\r\n\u001a\n", fields.get("attachment2").content());
  }

  @Test
  void givesTheHeadersAsTheyAreWithTheTraceInFront() throws IOException {
    List<FormReader.Part> parts = read(ServiceMail.payload(ServiceMail.TEXT), false);
    List<String> lines = parts.getFirst().text().lines().toList();
    assertEquals("Return-Path: <bounce@example.com>", lines.getFirst());
    assertTrue(lines.get(1).startsWith("Received: from mx.example.com ([192.0.2.25]) by"));
    assertTrue(lines.get(2).startsWith("Received: from origin.example.com by"));
    assertEquals(
        "From: =?utf-8?Q?M=C3=BCller,_J=C3=BCrgen?= <juergen+x@example.com>", lines.get(4));
    assertEquals(13, lines.size());
    String controls =
        read(Payloads.of(Letters.of("X-A: a\0b\u0007c\n\nx")), false).getFirst().text();
    assertTrue(controls.endsWith("X-A: a b c\n"), controls);
  }

  @Test
  void leavesOutWhatTheMailHasNot() throws IOException {
    List<FormReader.Part> parts = read(ServiceMail.payload("Subject: x\n\nhello\n"), false);
    assertEquals(
        "headers dkim SPF sender_ip envelope to from subject text charsets attachments",
        ServiceMail.names(parts));
    assertEquals("0", parts.getLast().text());
  }

  @Test
  void givesTheMessageAsItCameWhenRaw() throws IOException {
    Payload payload = Payloads.of(new Letters().raw("Subject: x\n\n\u00ff\0\r\n--").message());
    List<FormReader.Part> parts = read(payload, true);
    assertEquals(
        "email dkim SPF sender_ip envelope to from subject charsets", ServiceMail.names(parts));
    String email = parts.getFirst().content();
    assertTrue(email.startsWith("Return-Path: <bounce@example.com>\r\nReceived: from"), email);
    assertTrue(email.endsWith("+0000\r\nSubject: x\n\n\u00ff\0\r\n--"), email);
    assertEquals(
        "{\"to\":\"UTF-8\",\"from\":\"UTF-8\",\"subject\":\"UTF-8\"}", parts.getLast().text());
  }

  @Test
  void tellsTheCharsetOfATextFile() throws IOException {
    String head = "Content-Type: text/csv; name=a.csv; charset=";
    Map<String, FormReader.Part> fields =
        ServiceMail.once(read(ServiceMail.payload(head + "\"Shift_JIS\"\n\nx"), false));
    assertEquals(
        "{\"attachment1\":{\"filename\":\"a.csv\",\"name\":\"a.csv\",\"type\":\"text/csv\","
            + "\"charset\":\"shift_jis\"}}",
        fields.get("attachment-info").text());
    assertEquals("text/csv", fields.get("attachment1").type());
    Map<String, FormReader.Part> odd =
        ServiceMail.once(read(ServiceMail.payload(head + "\"x/y\"\n\nx"), false));
    assertFalse(odd.get("attachment-info").text().contains("charset"));
  }
}
