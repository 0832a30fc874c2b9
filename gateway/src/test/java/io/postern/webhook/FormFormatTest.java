package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import io.postern.mail.ReversePath;
import io.postern.mime.Letters;
import jakarta.mail.BodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FormFormatTest {
  private static final String MAIL =
      """
      Received: from origin.example.com by mx.example.com; Mon, 2 Nov 2026 03:04:00 +0000
      From: =?utf-8?B?5bGx55Sw?= <yamada@example.com>
      To: desk@in.example.com
      To: other@example.com
      Subject: =?utf-8?B?6KaL56mN?=
      Message-ID: <1@example.com>
      X-Odd: a	b 😀
      Content-Type: multipart/mixed; boundary=b

      --b
      Content-Type: text/plain; charset=utf-8

      two boxes please – 二箱
      --b
      Content-Type: text/html; charset=utf-8

      <b>two boxes</b>
      --b
      Content-Type: text/csv; name="a\\"b, 一覧.csv"

      a,b
      --b
      Content-Type: application/octet-stream; name="../../etc/passwd"
      Content-Transfer-Encoding: base64

      AAECAw0KDQotLQ==
      --b--
      """;

  private static List<FormReader.Part> read(Payload payload, String apiKey) throws IOException {
    Body body = Payloads.body(Format.FORM, payload, apiKey);
    return FormReader.read(body.contentType(), Payloads.bytes(body));
  }

  private static String names(List<FormReader.Part> parts) {
    return String.join(" ", parts.stream().map(FormReader.Part::name).toList());
  }

  private static String text(List<FormReader.Part> parts, String name) {
    return parts.stream().filter(part -> part.name().equals(name)).findFirst().orElseThrow().text();
  }

  @Test
  void givesTheFieldsOfCustomersMailCloudAndOurs() throws IOException {
    List<FormReader.Part> parts = read(Payloads.of(Letters.of(MAIL)), "key-1");
    assertEquals(
        "api_key server_composition filter headers subject envelope-from envelope-to text html"
            + " from to message-id defect attachments attachment1 attachment2",
        names(parts));
    assertEquals("a header field that is there more than once: to", text(parts, "defect"));
    assertEquals("key-1", text(parts, "api_key"));
    assertEquals("main", text(parts, "server_composition"));
    assertEquals("support-desk", text(parts, "filter"));
    assertEquals("見積", text(parts, "subject"));
    assertEquals("bounce@example.com", text(parts, "envelope-from"));
    assertEquals("Desk+1@in.example.com", text(parts, "envelope-to"));
    assertEquals("two boxes please – 二箱", text(parts, "text"));
    assertEquals("<b>two boxes</b>", text(parts, "html"));
    assertEquals("山田 <yamada@example.com>", text(parts, "from"));
    assertEquals("desk@in.example.com, other@example.com", text(parts, "to"));
    assertEquals("<1@example.com>", text(parts, "message-id"));
    assertEquals("2", text(parts, "attachments"));
    assertEquals(
        new FormReader.Part("attachment1", "a%22b, 一覧.csv", "text/csv", "a,b"), parts.get(14));
    assertEquals(
        new FormReader.Part(
            "attachment2", "passwd", "application/octet-stream", "\0\u0001\u0002\u0003\r\n\r\n--"),
        parts.get(15));
  }

  @Test
  void givesTheHeadersAsJsonWithTheTraceInFront() throws IOException {
    String headers = text(read(Payloads.of(Letters.of(MAIL)), ""), "headers");
    assertTrue(
        headers.startsWith(
            "[{\"name\":\"Return-Path\",\"value\":\"\\u003Cbounce@example.com\\u003E\"},"
                + "{\"name\":\"Received\",\"value\":\"from mx.example.com ([192.0.2.25]) by"
                + " mx.in.example.com with ESMTPS id 01mail for"
                + " \\u003CDesk+1@in.example.com\\u003E; Mon, 2 Nov 2026 03:04:05 +0000\"},"
                + "{\"name\":\"Received\",\"value\":\"from origin.example.com by"),
        headers);
    assertFalse(headers.contains("<") || headers.contains(">"));
    JsonNode list = JsonMapper.shared().readTree(headers);
    assertEquals(10, list.size());
    assertEquals("山田 <yamada@example.com>", list.get(3).get("value").asString());
    assertEquals(List.of("name", "value"), List.copyOf(list.get(3).propertyNames()));
    assertEquals("X-Odd", list.get(8).get("name").asString());
    assertEquals("a b 😀", list.get(8).get("value").asString());
  }

  @Test
  void leavesOutWhatTheMailHasNot() throws IOException {
    Payload payload =
        Payloads.of(
            Letters.of("Content-Type: application/pdf\n\nx"),
            Payloads.peer("2001:db8::25", "not a name; (evil)"),
            ReversePath.NULL);
    List<FormReader.Part> parts = read(payload, "");
    assertEquals(
        "server_composition filter headers subject envelope-from envelope-to from to message-id"
            + " attachments attachment1",
        names(parts));
    assertEquals("", text(parts, "envelope-from"));
    assertEquals("", text(parts, "subject"));
    JsonNode headers = JsonMapper.shared().readTree(text(parts, "headers"));
    assertEquals("<>", headers.get(0).get("value").asString());
    assertTrue(
        headers
            .get(1)
            .get("value")
            .asString()
            .startsWith("from unknown ([IPv6:2001:db8:0:0:0:0:0:25]) by mx.in.example.com with"));
  }

  @Test
  void saysWhatWasWrongAndAddsTheWholeOfAnUnparsedMail() throws IOException {
    String deep = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(60);
    Message message = Letters.of("Subject: deep\n" + deep + "\u00e9");
    List<FormReader.Part> parts = read(Payloads.of(message), "");
    assertTrue(text(parts, "defect").startsWith("the mail could not be parsed"));
    assertEquals("deep", text(parts, "subject"));
    assertEquals("1", text(parts, "attachments"));
    FormReader.Part whole = parts.getLast();
    assertEquals(
        "attachment1 message.eml message/rfc822",
        whole.name() + " " + whole.fileName() + " " + whole.type());
    assertEquals(message.size(), whole.content().length());
    assertEquals(whole.text(), text(parts, "text"));

    List<FormReader.Part> broken = read(Payloads.of(Letters.of("no field\n\nx")), "");
    assertEquals("lines in a header that are no field: 1", text(broken, "defect"));
  }

  @Test
  void isReadByAnotherLibrary() throws Exception {
    Body body = Payloads.body(Format.FORM, Payloads.of(Letters.of(MAIL)), "key-1");
    MimeMultipart form =
        new MimeMultipart(new ByteArrayDataSource(Payloads.bytes(body), body.contentType()));
    assertEquals(16, form.getCount());
    BodyPart subject = form.getBodyPart(4);
    assertEquals("form-data; name=\"subject\"", subject.getHeader("Content-Disposition")[0]);
    assertArrayEquals("見積".getBytes(UTF_8), subject.getInputStream().readAllBytes());
    BodyPart file = form.getBodyPart(15);
    assertEquals("passwd", file.getFileName());
    assertArrayEquals(
        new byte[] {0, 1, 2, 3, 13, 10, 13, 10, 45, 45}, file.getInputStream().readAllBytes());
  }

  @Test
  void isTheSameAtEachAttemptAndAnotherForEachDelivery() throws IOException {
    byte[] first = Payloads.bytes(Payloads.body(Format.FORM, Payloads.of(Letters.of(MAIL))));
    byte[] second = Payloads.bytes(Payloads.body(Format.FORM, Payloads.of(Letters.of(MAIL))));
    assertArrayEquals(first, second);
    assertEquals(MultipartForm.boundary("a"), MultipartForm.boundary("a"));
    assertNotEquals(MultipartForm.boundary("a"), MultipartForm.boundary("b"));
  }

  @Test
  void givesLongTextWhole() throws IOException {
    // Long enough to be encoded in parts, with characters of four bytes at every place of a cut.
    for (int shift = 0; shift < 4; shift++) {
      String text = "x".repeat(shift) + "😀é\"<\t".repeat(20_000);
      Message message = Letters.of("Content-Type: text/plain; charset=utf-8\n\n" + text);
      assertEquals(text, text(read(Payloads.of(message), ""), "text"));
    }
  }
}
