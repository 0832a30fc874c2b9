package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.mime.Letters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PosternFormatTest {
  private static final String REPORT =
      """
      From: MAILER-DAEMON@mx1.example.net
      To: bounce@in.example.com
      Subject: Undelivered Mail
      Auto-Submitted: auto-replied
      Content-Type: multipart/report; report-type=delivery-status; boundary=b

      --b

      It did not work.
      --b
      Content-Type: message/delivery-status

      Reporting-MTA: dns; mx1.example.net
      Arrival-Date: Mon, 2 Nov 2026 03:00:00 +0000

      Final-Recipient: rfc822; nobody@example.org
      Original-Recipient: rfc822; somebody@example.net
      Action: failed
      Status: 5.1.1
      Remote-MTA: dns; mx.example.org
      Diagnostic-Code: smtp; 550 5.1.1 no such user

      --b
      Content-Type: message/rfc822

      Message-ID: <4711@example.com>
      Subject: hello

      hi
      --b--
      """;

  private static final String COMPLAINT =
      """
      From: fbl@example.net
      To: abuse@in.example.com
      Content-Type: multipart/report; report-type=feedback-report; boundary=b

      --b

      A complaint.
      --b
      Content-Type: message/feedback-report

      Feedback-Type: abuse
      User-Agent: SomeGenerator/1.0
      Version: 1
      Original-Mail-From: <news@example.com>
      Original-Rcpt-To: <ann@example.net>
      Source-IP: 192.0.2.1

      --b
      Content-Type: message/rfc822

      Message-ID: <4712@example.com>

      buy
      --b--
      """;

  private static JsonNode read(Payload payload, long inlineMax) throws IOException {
    Body body = new Dialect(Format.POSTERN, false, inlineMax).body(payload, Payloads.proof(""));
    assertEquals("application/json", body.contentType());
    String document = new String(Payloads.bytes(body), UTF_8);
    assertEquals(List.of(), PosternSchema.problems(document), document);
    return JsonMapper.shared().readTree(document);
  }

  private static JsonNode read(String mail) throws IOException {
    return read(ServiceMail.payload(mail), Dialect.INLINE_MAX);
  }

  @Test
  void givesEnvelopeAndPeer() throws IOException {
    JsonNode json = read(ServiceMail.TEXT);
    assertEquals(1, json.get("version").asInt());
    assertEquals(Payloads.DELIVERY, json.get("delivery").asString());
    assertEquals("support-desk", json.get("rule").asString());
    long size = Letters.of(ServiceMail.TEXT).size();
    assertEquals(
        "{\"id\":\"01mail\",\"received\":\"2026-11-02T03:04:05.678Z\",\"by\":\"mx.in.example.com\","
            + "\"size\":%d}".formatted(size),
        json.get("mail").toString());
    assertEquals(
        "{\"from\":\"bounce@example.com\",\"to\":\"Desk+1@in.example.com\","
            + "\"recipients\":[\"Desk+1@in.example.com\"]}",
        json.get("envelope").toString());
    assertEquals(
        "{\"address\":\"192.0.2.25\",\"helo\":\"mx.example.com\",\"protocol\":\"ESMTPS\","
            + "\"tls\":\"TLSv1.3 X\"}",
        json.get("peer").toString());
  }

  @Test
  void givesHeadersInOrderAndAddressesParsed() throws IOException {
    JsonNode json = read(ServiceMail.TEXT);
    assertEquals(
        "[\"Return-Path\",\"<bounce@example.com>\"]", json.get("headers").get(0).toString());
    List<String> names = new ArrayList<>();
    json.get("headers").forEach(header -> names.add(header.get(0).asString()));
    assertEquals(
        "Return-Path Received Received Received From To Cc Reply-To Subject Date Message-ID"
            + " MIME-Version Content-Type",
        String.join(" ", names));
    assertEquals(
        "[{\"name\":\"Müller, Jürgen\",\"address\":\"juergen+x@example.com\"}]",
        json.get("from").toString());
    assertEquals(
        "[{\"name\":\"Desk, the\",\"address\":\"desk+ticket-17@in.example.com\"},"
            + "{\"name\":\"\",\"address\":\"other@example.com\"}]",
        json.get("to").toString());
    assertEquals(
        "[{\"name\":\"山田\",\"address\":\"yamada@example.com\"}]", json.get("cc").toString());
    assertEquals(
        "[{\"name\":\"\",\"address\":\"answers@example.com\"}]", json.get("replyTo").toString());
    assertEquals("見積 <4711>", json.get("subject").asString());
    assertEquals("2026-11-02T12:04:00+09:00", json.get("date").asString());
    assertEquals("<1@example.com>", json.get("messageId").asString());
  }

  @Test
  void keepsFieldsThatStandTwice() throws IOException {
    JsonNode json = read(ServiceMail.HOSTILE);
    String headers = json.get("headers").toString();
    assertTrue(headers.contains("[\"Return-Path\",\"<forged@example.com>\"]"), headers);
    assertTrue(headers.contains("[\"Sender\",\"a@example.com\"],[\"Sender\",\"b@example.com\"]"));
    assertTrue(headers.contains("[\"From\",\"a@example.com\"],[\"from\",\"b@example.com\"]"));
    assertEquals(2, json.get("from").size());
    assertEquals("one", json.get("subject").asString());
  }

  @Test
  void givesTextsAndAttachments() throws IOException {
    JsonNode json = read(ServiceMail.TEXT);
    assertEquals("two boxes & more = 二箱", json.get("text").asString());
    assertEquals("<img src=\"cid:logo@example.com\">", json.get("html").asString());
    assertEquals(
        "{\"name\":\"list.csv\",\"type\":\"text/csv\",\"charset\":null,"
            + "\"subject\":null,\"size\":3,"
            // printf a,b | sha256sum
            + "\"sha256\":\"1eb7c54d52831bbfe8942af0b1c56b7409523a59ed6ca99c1174fef7eb32c1b5\","
            + "\"contentId\":null,\"disposition\":\"attachment\",\"content\":\"YSxi\","
            + "\"omitted\":null}",
        json.get("attachments").get(0).toString());
    JsonNode logo = json.get("attachments").get(1);
    assertEquals("logo@example.com", logo.get("contentId").asString());
    assertEquals("inline", logo.get("disposition").asString());
    assertEquals("iVBORw0KGgo=", logo.get("content").asString());
  }

  @Test
  void isNullWhereThereIsNothingToSay() throws IOException {
    Message message = Letters.of("Content-Type: application/pdf\n\nx");
    Peer peer =
        new Peer(new InetSocketAddress(InetAddress.getByName("2001:db8::25"), 25), "", false, "");
    JsonNode json = read(Payloads.of(message, peer, ReversePath.NULL), Dialect.INLINE_MAX);
    for (String name :
        List.of("subject", "date", "messageId", "text", "html", "reply", "signature", "bounce")) {
      assertTrue(json.get(name).isNull(), name);
    }
    assertTrue(json.get("peer").get("tls").isNull());
    assertEquals("", json.get("envelope").get("from").asString());
    assertEquals("SMTP", json.get("peer").get("protocol").asString());
    assertTrue(read("Subject:\nDate: today\n\nx").get("date").isNull());
    assertEquals("", read("Subject:\n\nx").get("subject").asString());
  }

  @Test
  void leavesOutContentAboveTheLimits() throws IOException {
    String mail =
        """
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: image/png

        1234
        --b
        Content-Type: image/png

        12345
        --b--
        """;
    JsonNode attachments = read(ServiceMail.payload(mail), 4).get("attachments");
    assertEquals("MTIzNA==", attachments.get(0).get("content").asString());
    assertTrue(attachments.get(1).get("content").isNull());
    assertEquals("larger than 4 bytes", attachments.get(1).get("omitted").asString());
    assertEquals(5, attachments.get(1).get("size").asInt());

    int megabyte = 1024 * 1024;
    MadeMessage many =
        new MadeMessage().then("Content-Type: multipart/mixed; boundary=b\r\n\r\n", 1);
    for (int size : new int[] {6 * megabyte, 4 * megabyte + 1, 4 * megabyte, 1}) {
      many.then("--b\r\nContent-Type: image/png\r\n\r\n", 1).then("x", size).then("\r\n", 1);
    }
    many.then("--b--\r\n", 1);
    JsonNode all = read(Payloads.of(many), Dialect.INLINE_TOTAL_MAX).get("attachments");
    List<Boolean> omitted = new ArrayList<>();
    all.forEach(attachment -> omitted.add(attachment.get("content").isNull()));
    assertEquals(List.of(false, true, false, true), omitted);
    assertEquals(
        "more than 10485760 bytes of attachments in all", all.get(1).get("omitted").asString());
    assertEquals(6 * megabyte, all.get(0).get("content").binaryValue().length);
  }

  @Test
  void tellsTheReplyWithoutWhatItQuotes() throws IOException {
    JsonNode json = read(ServiceMail.REPLY);
    assertEquals("Yes, please.", json.get("reply").asString().strip());
    assertEquals("Bob", json.get("signature").asString());
    assertTrue(json.get("text").asString().contains("> Shall we?"));
    assertEquals("hello\r\n", read("Subject: x\n\nhello\n").get("reply").asString());
  }

  @Test
  void tellsAutomatedMailWithReasons() throws IOException {
    JsonNode automated =
        read(
                Payloads.of(
                    Letters.of(
                        """
                        Auto-Submitted: auto-replied
                        Precedence: bulk
                        List-Id: News <news.example.com>

                        x
                        """),
                    Payloads.peer("192.0.2.25", "mx.example.com"),
                    ReversePath.NULL),
                Dialect.INLINE_MAX)
            .get("automated");
    assertEquals(
        "{\"is\":true,\"reasons\":[{\"kind\":\"null-sender\",\"detail\":null},"
            + "{\"kind\":\"auto-submitted\",\"detail\":\"auto-replied\"},"
            + "{\"kind\":\"precedence\",\"detail\":\"bulk\"},"
            + "{\"kind\":\"list\",\"detail\":\"News <news.example.com>\"}]}",
        automated.toString());
    assertEquals("{\"is\":false,\"reasons\":[]}", read("\nx").get("automated").toString());
  }

  @Test
  void tellsWhatAReportReports() throws IOException {
    JsonNode json = read(REPORT);
    assertEquals(
        "{\"type\":\"delivery-report\",\"form\":\"delivery-status\","
            + "\"arrivalDate\":\"Mon, 2 Nov 2026 03:00:00 +0000\","
            + "\"recipients\":[{\"finalRecipient\":\"nobody@example.org\","
            + "\"originalRecipient\":\"somebody@example.net\",\"action\":\"failed\","
            + "\"status\":\"5.1.1\",\"diagnostic\":\"550 5.1.1 no such user\","
            + "\"remoteMta\":\"mx.example.org\"}],\"reportingMta\":\"mx1.example.net\","
            + "\"originalMessageId\":\"<4711@example.com>\"}",
        json.get("bounce").toString());
    assertTrue(json.get("automated").toString().contains("delivery-status"));
  }

  @Test
  void tellsWhatAComplaintSays() throws IOException {
    JsonNode bounce = read(COMPLAINT).get("bounce");
    assertEquals("complaint", bounce.get("type").asString());
    assertEquals("abuse", bounce.get("feedbackType").asString());
    assertEquals("news@example.com", bounce.get("originalMailFrom").asString());
    assertEquals("[\"ann@example.net\"]", bounce.get("originalRecipients").toString());
    assertEquals("<4712@example.com>", bounce.get("originalMessageId").asString());
    assertTrue(bounce.get("reportingMta").isNull());
  }

  @Test
  void tellsDefectsAndWhatIsLeftOut() throws IOException {
    JsonNode json =
        read("no field\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\nmore\n");
    assertTrue(
        json.get("defects").toString().contains("{\"kind\":\"broken-header\",\"detail\":\"1\"}"),
        json.toString());
    assertEquals(1, json.get("leftOut").size());
    assertEquals("bytes after the last part", json.get("leftOut").get(0).get("what").asString());
  }

  @Test
  void givesAMailThatCantBeParsedWithALimit() throws IOException {
    String deep = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(60);
    JsonNode json = read(deep);
    assertTrue(json.get("defects").get(0).get("kind").asString().equals("unparsed"));
    assertEquals("message/rfc822", json.get("attachments").get(0).get("type").asString());
  }

  /// A property that the schema does not know would be one that nobody documented, and one that it
  /// does not require might be missing one day.
  @Test
  void hasTheSchemaThatNamesAndRequiresEachProperty() throws IOException {
    JsonNode schema = JsonMapper.shared().readTree(PosternSchema.FILE);
    assertSame(schema, read(ServiceMail.TEXT));
    JsonNode defined = schema.get("properties");
    assertSame(defined.get("mail"), read(ServiceMail.TEXT).get("mail"));
    assertSame(defined.get("envelope"), read(ServiceMail.TEXT).get("envelope"));
    assertSame(defined.get("peer"), read(ServiceMail.TEXT).get("peer"));
    assertSame(
        defined.get("attachments").get("items"), read(ServiceMail.TEXT).get("attachments").get(0));
    JsonNode bounces = defined.get("bounce").get("oneOf");
    JsonNode report = read(REPORT).get("bounce");
    assertSame(bounces.get(1), report);
    assertSame(
        bounces.get(1).get("properties").get("recipients").get("items"),
        report.get("recipients").get(0));
    assertSame(bounces.get(2), read(COMPLAINT).get("bounce"));
  }

  private static void assertSame(JsonNode schema, JsonNode object) {
    Set<String> required = new TreeSet<>();
    schema.get("required").forEach(name -> required.add(name.asString()));
    assertEquals(new TreeSet<>(schema.get("properties").propertyNames()), required);
    assertEquals(required, new TreeSet<>(object.propertyNames()));
  }

  /// The validator does refuse what is wrong: each property that is missing, and values of another
  /// type.
  @Test
  void isHeldAgainstASchemaThatRefuses() throws IOException {
    JsonNode json = read(ServiceMail.TEXT);
    for (String name : json.propertyNames()) {
      ObjectNode without = ((ObjectNode) json.deepCopy()).without(name);
      assertTrue(!PosternSchema.problems(without.toString()).isEmpty(), "without " + name);
      ObjectNode wrong = (ObjectNode) json.deepCopy();
      wrong.put(name, 2);
      assertTrue(!PosternSchema.problems(wrong.toString()).isEmpty(), "wrong " + name);
    }
    ObjectNode date = (ObjectNode) json.deepCopy();
    date.put("date", "yesterday");
    assertTrue(!PosternSchema.problems(date.toString()).isEmpty());
  }
}
