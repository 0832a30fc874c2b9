package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mime.Bounce.Complaint;
import io.postern.mime.Bounce.DeliveryReport;
import io.postern.mime.Bounce.Form;
import io.postern.mime.Bounce.Recipient;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BounceTest {
  private static Optional<Bounce> bounce(String text) throws IOException {
    return Bounce.of(ParsedMail.parse(Letters.of(text)));
  }

  private static String report(String status, String original) {
    return """
    From: MAILER-DAEMON@mx.example.net
    Content-Type: multipart/report; report-type=delivery-status; boundary=b

    --b

    Sorry.
    --b
    Content-Type: message/delivery-status

    %s
    --b
    %s
    --b--
    """
        .formatted(status, original);
  }

  @Test
  void readsADeliveryStatusReport() throws IOException {
    String status =
        """
        Reporting-MTA: dns; mx.example.net
        X-Postfix-Queue-ID: 4XyZ
        Arrival-Date: Sun, 22 Nov 2026 06:00:00 +0000 (UTC)

        Final-Recipient: rfc822; bob@example.com
        Original-Recipient: rfc822;robert@example.org
        Action: Failed
        Status: 5.1.1 (bad destination mailbox address)
        Remote-MTA: dns; mail.example.com
        Diagnostic-Code: smtp; 550 5.1.1 <bob@example.com>:
         Recipient address rejected; unknown

        Final-Recipient: RFC822; carol@example.com
        Action: delayed
        Status: 4.4.1
        """;
    String original = "Content-Type: message/rfc822\n\nMessage-ID: <1@example.org>\n\nhello";
    DeliveryReport expected =
        new DeliveryReport(
            Form.DELIVERY_STATUS,
            "mx.example.net",
            "Sun, 22 Nov 2026 06:00:00 +0000 (UTC)",
            "<1@example.org>",
            List.of(
                new Recipient(
                    "bob@example.com",
                    "robert@example.org",
                    "failed",
                    "5.1.1",
                    "550 5.1.1 <bob@example.com>: Recipient address rejected; unknown",
                    "mail.example.com"),
                new Recipient("carol@example.com", "", "delayed", "4.4.1", "", "")));
    assertEquals(Optional.of(expected), bounce(report(status, original)));
  }

  @Test
  void readsReportsThatAreNotAsTheyShouldBe() throws IOException {
    // The group about the mail is missing, and only the headers came back.
    String status =
        """
        Final-Recipient: <bob@example.com>
        Action: failed
        Status: 5.0.0
        Diagnostic-Code: no such user; really
        """;
    String original = "Content-Type: text/rfc822-headers\n\nMessage-ID: <2@example.org>\n";
    DeliveryReport report = (DeliveryReport) bounce(report(status, original)).orElseThrow();
    assertEquals("", report.reportingMta());
    assertEquals("<2@example.org>", report.originalMessageId());
    Recipient bob =
        new Recipient("bob@example.com", "", "failed", "5.0.0", "no such user; really", "");
    assertEquals(List.of(bob), report.recipients());

    DeliveryReport empty =
        (DeliveryReport) bounce(report("Reporting-MTA: dns; a", "\n")).orElseThrow();
    assertEquals(List.of(), empty.recipients());
    assertEquals(Optional.empty(), bounce(report("\n\n", "\n")));
  }

  @Test
  void boundsWhatItTellsOfAReport() throws IOException {
    String status =
        "Reporting-MTA: dns; a\n\n"
            + ("Final-Recipient: rfc822; a@example.com\nDiagnostic-Code: "
                    + "x".repeat(400)
                    + "\n\n")
                .repeat(200)
            + "Final-Recipient: rfc822; "
            + "y".repeat(100_000);
    DeliveryReport report = (DeliveryReport) bounce(report(status, "\n")).orElseThrow();
    assertEquals(Bounce.RECIPIENTS_MAX, report.recipients().size());
    DeliveryReport wide =
        (DeliveryReport) bounce(report("Reporting-MTA: " + "x".repeat(5000), "\n")).orElseThrow();
    assertEquals(Bounce.TEXT_MAX, wide.reportingMta().length());
  }

  @Test
  void readsAComplaint() throws IOException {
    Complaint expected =
        new Complaint(
            "abuse",
            "ExampleFBL/1.0",
            "fbl.example.net",
            "Sun, 22 Nov 2026 06:00:00 +0000",
            "192.0.2.7",
            "news@example.org",
            List.of("bob@example.net", "carol@example.net"),
            "<3@example.org>");
    assertEquals(
        Optional.of(expected),
        bounce(
            """
            Content-Type: multipart/report; report-type=feedback-report; boundary=b

            --b

            A complaint.
            --b
            Content-Type: message/feedback-report

            Feedback-Type: Abuse
            User-Agent: ExampleFBL/1.0
            Version: 1
            Original-Mail-From: <news@example.org>
            Original-Rcpt-To: <bob@example.net>
            Original-Rcpt-To: carol@example.net
            Received-Date: Sun, 22 Nov 2026 06:00:00 +0000
            Reporting-MTA: dns; fbl.example.net
            Source-IP: 192.0.2.7
            --b
            Content-Type: message/rfc822

            From: news@example.org
            Message-ID: <3@example.org>

            buy
            --b--
            """));
  }

  @Test
  void readsTheTextsOfQmailAndPostfix() throws IOException {
    String qmail =
        """
        Hi. This is the qmail-send program at mx.example.net.
        I'm afraid I wasn't able to deliver your message to the following addresses.

        <bob@example.com>:
        192.0.2.25 does not like recipient.
        Remote host said: 550 5.1.1 unknown user

        <carol@example.com>:
        Sorry, no mailbox here by that name. (#5.1.2)

        --- Below this line is a copy of the message.

        Return-Path: <ann@example.org>
        Message-ID: <4@example.org>

        <dan@example.com>:
        not a recipient
        """;
    DeliveryReport expected =
        new DeliveryReport(
            Form.QSBMF,
            "mx.example.net",
            "",
            "<4@example.org>",
            List.of(
                new Recipient(
                    "bob@example.com",
                    "",
                    "failed",
                    "5.1.1",
                    "192.0.2.25 does not like recipient. Remote host said: 550 5.1.1 unknown user",
                    ""),
                new Recipient(
                    "carol@example.com",
                    "",
                    "failed",
                    "5.1.2",
                    "Sorry, no mailbox here by that name. (#5.1.2)",
                    "")));
    assertEquals(Optional.of(expected), bounce("Subject: failure notice\n\n" + qmail));

    DeliveryReport postfix =
        (DeliveryReport)
            bounce(
                    """
                    Subject: Undelivered Mail Returned to Sender

                    This is the mail system at host mx.example.net.

                    I'm sorry to have to inform you that your message could not
                    be delivered to one or more recipients.

                    <bob@example.com>: host mail.example.com[192.0.2.5] said: 550 5.7.1 no
                        (in reply to RCPT TO command)
                    """)
                .orElseThrow();
    assertEquals(Form.TEXT, postfix.form());
    assertEquals("mx.example.net", postfix.reportingMta());
    String answer =
        "host mail.example.com[192.0.2.5] said: 550 5.7.1 no (in reply to RCPT TO command)";
    assertEquals(
        List.of(new Recipient("bob@example.com", "", "failed", "5.7.1", answer, "")),
        postfix.recipients());
  }

  @Test
  void readsTheTextsOfEximAndExchange() throws IOException {
    DeliveryReport exim =
        (DeliveryReport)
            bounce(
                    """
                    X-Failed-Recipients: bob@example.com

                    This message was created automatically by mail delivery software.

                    A message that you sent could not be delivered to one or more of its
                    recipients. The following address(es) failed:

                      bob@example.com
                        host mail.example.com [192.0.2.5]
                        SMTP error from remote mail server after RCPT TO:<bob@example.com>:
                        550 no such user

                    ------ This is a copy of the message, including all the headers. ------

                      carol@example.com
                    """)
                .orElseThrow();
    assertEquals(1, exim.recipients().size());
    assertEquals("bob@example.com", exim.recipients().getFirst().finalRecipient());
    assertTrue(exim.recipients().getFirst().diagnostic().endsWith(": 550 no such user"));
    assertEquals("", exim.recipients().getFirst().status());

    DeliveryReport exchange =
        (DeliveryReport)
            bounce(
                    """
                    Subject: Undeliverable: offer

                    Your message did not reach some or all of the intended recipients.

                          Subject:  offer
                          Sent:     22/11/2026 06:00

                    The following recipient(s) could not be reached:

                          bob@example.com on 22/11/2026 06:01
                                The e-mail account does not exist at the organization.
                                <mx.example.com #5.1.1>
                    """)
                .orElseThrow();
    assertEquals("bob@example.com", exchange.recipients().getFirst().finalRecipient());
    assertEquals("5.1.1", exchange.recipients().getFirst().status());
  }

  private static DeliveryReport report(String text) throws IOException {
    return (DeliveryReport) bounce("Subject: failure\n\n" + text).orElseThrow();
  }

  @Test
  void readsTheTextsOfGmailAndYahoo() throws IOException {
    DeliveryReport gmail =
        report(
            """
            Delivery to the following recipients failed permanently:

                 bob@example.com
                 carol@example.com

            Technical details of permanent failure:
            Google tried to deliver your message, but it was rejected by the server
            for the recipient domain example.com by mx.example.com. [192.0.2.1].

            The error that the other server returned was:
            550 5.1.1 <bob@example.com>... User Unknown


            ----- Original message -----

            From: ann@example.org
            Message-ID: <5@example.org>

                 dan@example.com
            """);
    String answer = "550 5.1.1 <bob@example.com>... User Unknown";
    assertEquals(
        List.of(
            new Recipient("bob@example.com", "", "failed", "5.1.1", answer, ""),
            new Recipient("carol@example.com", "", "failed", "5.1.1", answer, "")),
        gmail.recipients());
    assertEquals("<5@example.org>", gmail.originalMessageId());

    DeliveryReport yahoo =
        report(
            """
            Sorry, we were unable to deliver your message to the following address.

            <bob@example.com>:
            Remote host said: 552 5.2.2 over quota [RCPT_TO]

            --- Below this line is a copy of the message.

            Message-ID: <6@example.org>
            """);
    assertEquals("5.2.2", yahoo.recipients().getFirst().status());
    assertEquals(Form.TEXT, yahoo.form());
    assertEquals("<6@example.org>", yahoo.originalMessageId());
  }

  @Test
  void readsTheTextOfSendmail() throws IOException {
    String sendmail =
        """
        The original message was received at Sun, 22 Nov 2026 06:00:00 +0000
        from ann@localhost

           ----- The following addresses had permanent fatal errors -----
        <bob@example.com>
            (reason: 550 5.1.1 <bob@example.com>... User unknown (2))
            (expanded from: <robert@example.net>)
        carol@example.com

           ----- Transcript of session follows -----
        ... while talking to mx.example.com.:
        >>> RCPT To:<carol@example.com>
        <<< 550 5.7.1 <carol@example.com>... Access denied

           ----- Original message follows -----

        Message-ID: <7@example.org>

        <dan@example.com>
        """;
    DeliveryReport report = report(sendmail);
    assertEquals(
        List.of(
            new Recipient(
                "bob@example.com",
                "robert@example.net",
                "failed",
                "5.1.1",
                "550 5.1.1 <bob@example.com>... User unknown (2)",
                ""),
            new Recipient(
                "carol@example.com",
                "",
                "failed",
                "5.7.1",
                "550 5.7.1 <carol@example.com>... Access denied",
                "")),
        report.recipients());
    assertEquals("<7@example.org>", report.originalMessageId());
    assertEquals(
        Optional.empty(),
        bounce(
            "A: x\n\n" + sendmail.replace("permanent fatal errors", "transient non-fatal errors")));
  }

  @Test
  void readsWhatExchangeHasForAdministrators() throws IOException {
    DeliveryReport report =
        report(
            """
            Delivery has failed to these recipients or groups:

            Bob (bob@example.com)<mailto:bob@example.com>
            The e-mail address you entered couldn't be found.

            Diagnostic information for administrators:

            Generating server: mx.example.com

            bob@example.com
            #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

            Original message headers:

            Received: from ann ([192.0.2.7])
            From: Ann <ann@example.org>
            Message-ID: <8@example.org>
            """);
    String answer = "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##";
    assertEquals(
        List.of(new Recipient("bob@example.com", "", "failed", "5.1.1", answer, "")),
        report.recipients());
    assertEquals("<8@example.org>", report.originalMessageId());
  }

  @Test
  void readsFromEximWhoFailedAndNotWhoSent() throws IOException {
    DeliveryReport report =
        report(
            """
            This message was created automatically by mail delivery software.

            A message sent by

              ann@example.org

            could not be delivered to one or more of its recipients. The following
            address(es) failed:

              bob@internal.example.com
                (generated from bob@example.com)
                mailbox is full
              an undisclosed address
                (generated from carol@example.com)
                retry timeout exceeded

            ------ This is a copy of the message, including all the headers. ------
            ------ The body of the message is 123456 characters long; only the first
            ------ 1000 or so are included here.

            Return-path: <ann@example.org>
            Message-ID: <9@example.org>
            """);
    assertEquals(
        List.of(
            new Recipient(
                "bob@internal.example.com", "bob@example.com", "failed", "", "mailbox is full", ""),
            new Recipient(
                "carol@example.com",
                "carol@example.com",
                "failed",
                "",
                "retry timeout exceeded",
                "")),
        report.recipients());
    assertEquals("<9@example.org>", report.originalMessageId());
  }

  /// Who takes these for bounces strikes out addresses that are good.
  @Test
  void whatIsLateOrHasArrivedHasNotFailed() throws IOException {
    assertEquals(
        Optional.empty(),
        bounce(
            """
            Subject: Warning: message delayed 24 hours

            This message was created automatically by mail delivery software.
            A message that you sent has not yet been delivered to one or more of its
            recipients after more than 24 hours on the queue on mx.example.net.

            The address to which the message has not yet been delivered is:

              bob@example.com
                Delay reason: SMTP timeout after RCPT TO
            """));
    String postfix =
        """
        Subject: Delayed Mail (still being retried)

        This is the mail system at host mx.example.net.

        %s

        <bob@example.com>: %s
        """;
    assertEquals(
        Optional.empty(),
        bounce(
            postfix.formatted(
                "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #",
                "connect to mx.example.com[192.0.2.1]:25: Connection timed out")));
    assertEquals(
        Optional.empty(),
        bounce(
            postfix.formatted(
                "Your message was successfully delivered to the destination(s)\nlisted below.",
                "delivery via local: delivered to mailbox")));
    String mixed = "Enclosed is the mail delivery report that you requested.";
    assertEquals(
        Optional.empty(),
        bounce(postfix.formatted(mixed, "delivery via mx.example.com: 250 2.1.5 Ok")));
    assertTrue(bounce(postfix.formatted(mixed, "host said: 550 5.1.1 no")).isPresent());
    assertEquals(
        Optional.empty(),
        bounce(
            """
            Subject: Delivery Status Notification (Delay)

            This is an automatically generated Delivery Status Notification

            THIS IS A WARNING MESSAGE ONLY.

            Delivery to the following recipient has been delayed:

                 bob@example.com
            """));
  }

  @Test
  void takesNoOtherMailForAReport() throws IOException {
    assertEquals(
        Optional.empty(), bounce("Subject: x\n\nMy mail to <bob@example.com>: 550 5.1.1\n"));
    assertEquals(Optional.empty(), bounce("Subject: x\n\nHi. This is the best offer.\n\n-- \nx\n"));
    assertEquals(Optional.empty(), bounce("Content-Type: text/html\n\n<p>x</p>\n"));
    assertEquals(
        Optional.empty(), bounce("A: x\n".repeat(2000) + "\nThis is the mail system at host x\n"));
  }
}
