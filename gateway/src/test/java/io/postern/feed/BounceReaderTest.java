package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.mime.Letters;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BounceReaderTest {
  private static final Path MAILS = Path.of("src/test/resources/mails");

  @Test
  void tellsWhichMailCameBackFromWhom() throws IOException {
    List<BounceReport> reports =
        BounceReader.read(
            ParsedMail.parse(
                Letters.of(
                    """
                    From: MAILER-DAEMON@mx.example.net
                    Content-Type: multipart/report; report-type=delivery-status; boundary=b

                    --b

                    Sorry.
                    --b
                    Content-Type: message/delivery-status

                    Reporting-MTA: dns; mx.example.net

                    Final-Recipient: rfc822; bob@internal.example.net
                    Original-Recipient: rfc822; bob@example.net
                    Action: failed
                    Status: 5.1.1
                    Diagnostic-Code: smtp; 550 5.1.1 no such user here

                    Final-Recipient: rfc822; carol@example.net
                    Action: delayed
                    Status: 4.4.1

                    Final-Recipient: rfc822; dave@example.net
                    Action: delivered
                    Status: 2.0.0

                    Final-Recipient: rfc822; eve@example.net
                    Action: failed
                    Status: 4.2.2
                    --b
                    Content-Type: text/rfc822-headers

                    From: =?utf-8?Q?J=C3=B6rg?= <Shop@Example.com>
                    Subject: =?utf-8?Q?F=C3=BCr_Sie?=
                    Message-ID: <17@example.com>
                    --b--
                    """)));
    BounceReport.Origin origin =
        new BounceReport.Origin(
            "mx.example.net", "<17@example.com>", "shop@example.com", "Für Sie");
    assertEquals(
        List.of(
            new Failure(
                "bob@example.net",
                BounceReason.UNKNOWN_USER,
                true,
                "5.1.1",
                "550 5.1.1 no such user here",
                origin),
            new Failure("eve@example.net", BounceReason.OVER_CAPACITY, false, "4.2.2", "", origin)),
        reports);
  }

  @Test
  void tellsOfWhichMailAReportInWordsIs() throws IOException {
    List<BounceReport> reports =
        BounceReader.read(
            ParsedMail.parse(
                Letters.of(
                    """
                    Subject: failure notice

                    Hi. This is the qmail-send program at mx.example.net.

                    <bob@example.com>:
                    Sorry, no mailbox here by that name. (#5.1.1)

                    --- Below this line is a copy of the message.

                    Return-Path: <shop@example.org>
                    From: Shop <Shop@example.org>
                    Subject: Order 17
                    Message-ID: <17@example.org>
                    """)));
    assertEquals(1, reports.size());
    assertEquals(
        new BounceReport.Origin(
            "mx.example.net", "<17@example.org>", "shop@example.org", "Order 17"),
        reports.getFirst().origin());
  }

  @Test
  void readsComplaints() throws IOException {
    List<BounceReport> reports = BounceReader.read(complaint("abuse", "user@example.net"));
    Complaint complaint = (Complaint) reports.getFirst();
    assertEquals("user@example.net", complaint.address());
    assertEquals("abuse", complaint.feedbackType());
    assertEquals("Loop/1.0", complaint.userAgent());
    assertEquals("<17@example.com>", complaint.origin().messageId());
    assertEquals("shop@example.com", complaint.origin().from());
  }

  @Test
  void takesTheRecipientFromTheMailWhereTheComplaintHidesHim() throws IOException {
    Complaint complaint = (Complaint) BounceReader.read(complaint("abuse", "")).getFirst();
    assertEquals("hidden@example.net", complaint.address());
  }

  @Test
  void thatSomethingIsNoSpamIsNoComplaint() throws IOException {
    assertEquals(List.of(), BounceReader.read(complaint("not-spam", "user@example.net")));
  }

  private static ParsedMail complaint(String type, String recipient) throws IOException {
    String to = recipient.isEmpty() ? "" : "\nOriginal-Rcpt-To: <" + recipient + ">";
    return ParsedMail.parse(
        Letters.of(
            """
            From: loop@example.net
            Content-Type: multipart/report; report-type=feedback-report; boundary=b

            --b
            Content-Type: message/feedback-report

            Feedback-Type: %s
            User-Agent: Loop/1.0%s
            --b
            Content-Type: message/rfc822

            From: shop@example.com
            To: hidden@example.net
            Message-ID: <17@example.com>

            hello
            --b--
            """
                .formatted(type, to)));
  }

  /// Every report of the corpus, by the servers that wrote them.
  @ParameterizedTest
  @CsvSource({
    "bounce-postfix, UNKNOWN_USER",
    "bounce-of-two-recipients, UNKNOWN_USER",
    "bounce-qmail-in-words, UNKNOWN_USER",
    "bounce-exim-in-words, UNKNOWN_USER",
    "bounce-exchange-in-words, UNKNOWN_USER",
    "bounce-with-headers-only, OTHER",
    "bounce-without-the-group-about-the-mail, OTHER",
    "bounce-utf-8-address, OTHER",
    "bounce-delayed, ",
    "bounce-delivered, ",
    "automated-vacation-answer, ",
    "automated-read-receipt, "
  })
  void readsReportsOfAllKinds(String name, @Nullable BounceReason first) throws IOException {
    String text =
        Files.readString(MAILS.resolve(name + ".eml"), StandardCharsets.ISO_8859_1)
            .replace("\r\n", "\n")
            .replace("\n", "\r\n");
    List<BounceReport> reports =
        BounceReader.read(ParsedMail.parse(Letters.of(text.getBytes(StandardCharsets.ISO_8859_1))));
    assertEquals(first == null, reports.isEmpty(), reports.toString());
    if (first != null) {
      Failure failure = (Failure) reports.getFirst();
      assertEquals(first, failure.reason());
      assertTrue(failure.address().contains("@"), failure.toString());
    }
  }

  /// As servers in use say it, code and words.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5.1.1 | 550 5.1.1 The email account that you tried to reach does not exist | UNKNOWN_USER",
        "5.1.1 | anything at all, even spam | UNKNOWN_USER",
        "5.1.1 | 550 5.1.1 the address is on the suppression list for your account |"
            + " BLOCKED_ADDRESS",
        "5.7.1 | 550 5.7.1 this recipient has unsubscribed | UNSUBSCRIBED",
        "5.1.2 | | UNKNOWN_HOST",
        "5.1.10 | 550 5.1.10 recipient not found by lookup | UNKNOWN_HOST",
        "5.1.3 | | ADDRESS_FORMAT",
        "5.1.0 | | UNKNOWN_USER",
        "5.2.1 | 550 5.2.1 this user is disabled | UNKNOWN_USER",
        "5.2.1 | 452 over quota | OVER_CAPACITY",
        "4.2.2 | 452 4.2.2 The recipient's inbox is out of storage space | OVER_CAPACITY",
        "5.2.3 | | TOO_LARGE",
        "5.3.4 | | TOO_LARGE",
        "5.0.0 | 552 Message too large | TOO_LARGE",
        "5.4.4 | | UNKNOWN_HOST",
        "5.4.6 | 554 5.4.6 Hop count exceeded | FORWARD_ERROR",
        "4.4.7 | 550 4.4.7 QUEUE.Expired; message expired | RETRY_TIMEOUT",
        "4.4.1 | connect to mx.example.net[192.0.2.1]:25: Connection timed out | RETRY_TIMEOUT",
        "4.4.2 | | RETRY_TIMEOUT",
        "5.4.1 | 550 5.4.1 Recipient address rejected: Access denied. | UNKNOWN_USER",
        "5.7.1 | 550 5.7.1 Message rejected as spam | REJECTED_BY_POLICY",
        "5.7.26 | | REJECTED_BY_POLICY",
        "5.7.1 | 550 5.7.1 User unknown in virtual mailbox table | UNKNOWN_USER",
        "5.5.0 | 550 5.5.0 Requested action not taken: mailbox unavailable | UNKNOWN_USER",
        "5.5.1 | 503 5.5.1 bad sequence of commands | SERVER_ERROR",
        "5.3.0 | 554 5.3.0 unknown mailer error 1 | SERVER_ERROR",
        " | 550 blocked using a block list | REJECTED_BY_POLICY",
        " | Sorry, no mailbox here by that name. (#5.1.1) | UNKNOWN_USER",
        " | Host or domain name not found. Name service error | UNKNOWN_HOST",
        " | | OTHER",
        "gibberish | more of it | OTHER"
      })
  void classesFailures(@Nullable String status, @Nullable String diagnostic, BounceReason reason) {
    assertEquals(
        reason,
        BounceReason.of(
            status == null ? "" : status.strip(), diagnostic == null ? "" : diagnostic.strip()));
  }

  @Test
  void hasTheNumbersOfCustomersMailCloud() {
    assertEquals(
        List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 99),
        Arrays.stream(BounceReason.values()).map(BounceReason::code).toList());
  }
}
