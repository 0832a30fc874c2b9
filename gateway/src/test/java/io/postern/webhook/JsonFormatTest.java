package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import io.postern.mime.Letters;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonFormatTest {
  private static JsonNode read(Message message, String apiKey) throws IOException {
    Body body = Payloads.body(Format.JSON, Payloads.of(message), apiKey);
    assertEquals("application/json", body.contentType());
    return JsonMapper.shared().readTree(Payloads.bytes(body));
  }

  @Test
  void givesTheFieldsOfTheFormWithARealListOfHeaders() throws IOException {
    JsonNode json =
        read(
            Letters.of(
                """
                From: a@example.com
                Subject: =?utf-8?B?6KaL56mN?=
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain; charset=utf-8

                say "hi" \\ – 二箱
                --b
                Content-Type: application/pdf

                x
                --b--
                """),
            "key-1");
    assertEquals(
        List.of(
            "api_key",
            "server_composition",
            "filter",
            "headers",
            "subject",
            "envelope-from",
            "envelope-to",
            "text",
            "from",
            "to",
            "message-id",
            "attachments"),
        List.copyOf(json.propertyNames()));
    assertEquals("見積", json.get("subject").asString());
    assertEquals("say \"hi\" \\ – 二箱", json.get("text").asString());
    assertTrue(json.get("attachments").isInt());
    assertEquals(1, json.get("attachments").asInt());
    JsonNode headers = json.get("headers");
    assertTrue(headers.isArray());
    assertEquals("Return-Path", headers.get(0).get("name").asString());
    assertEquals("<bounce@example.com>", headers.get(0).get("value").asString());
    assertEquals("Received", headers.get(1).get("name").asString());
    assertEquals("From", headers.get(2).get("name").asString());
    assertEquals(5, headers.size());
  }

  @Test
  void countsNoAttachmentAsZero() throws IOException {
    JsonNode json = read(Letters.of("\nx"), "");
    assertEquals(0, json.get("attachments").asInt());
    assertEquals("x", json.get("text").asString());
    assertTrue(json.get("html") == null);
  }

  @Test
  void givesLongTextWhole() throws IOException {
    for (int shift = 0; shift < 4; shift++) {
      String text = "x".repeat(shift) + "😀é\"\\<\t\u0001".repeat(20_000);
      String html = "<p>" + text;
      JsonNode json =
          read(
              Letters.of(
                  "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
                      + text
                      + "\n--b\nContent-Type: text/html; charset=utf-8\n\n"
                      + html
                      + "\n--b--\n"),
              "");
      assertEquals(text, json.get("text").asString());
      assertEquals(html, json.get("html").asString());
      assertEquals("", json.get("from").asString());
    }
  }

  @Test
  void givesAnUnparsedMailAsText() throws IOException {
    JsonNode json = read(Letters.of("A: 1\n".repeat(300_000)), "");
    assertEquals(1 << 20, json.get("text").asString().length());
    assertTrue(json.get("defect").asString().contains("could not be parsed"));
  }
}
