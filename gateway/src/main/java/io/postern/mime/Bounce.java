package io.postern.mime;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a mail reports of another mail: what became of its delivery, or that its reader complained.
/// Everything in it is what the report claims; anyone can write one.
///
/// Texts are empty where the report does not say.
public sealed interface Bounce {
  /// How many recipients are read; a report about more is about a mail that had more.
  int RECIPIENTS_MAX = 100;

  /// How long each of its texts may be, in characters; the rest is not told.
  int TEXT_MAX = 1000;

  /// Whose program made the report, such as `mx1.example.net`.
  String reportingMta();

  /// The Message-ID of the mail that it is about, with its angle brackets.
  String originalMessageId();

  /// Reads the report in a mail, if it is one that can be told for certain. Empty for all others,
  /// and for reports that can't be parsed.
  ///
  /// @throws IOException when the stored message can't be read now
  static Optional<Bounce> of(ParsedMail mail) throws IOException {
    Optional<Bounce> report = ReportReader.read(mail);
    return report.isPresent() ? report : BounceTextReader.read(mail);
  }

  /// The headers of the mail that a report returns, whole or only its headers, as a part of its own
  /// or quoted in the text; empty when it returns none.
  ///
  /// @throws IOException when the stored message can't be read now
  static Optional<Headers> returned(ParsedMail report) throws IOException {
    Optional<Headers> attached = ReportReader.returned(report);
    return attached.isPresent() ? attached : BounceTextReader.returned(report);
  }

  /// What became of a delivery (RFC 3464), good news included: see [Recipient#action].
  ///
  /// @param form how the report is written
  /// @param reportingMta who made it
  /// @param arrivalDate when the mail came to who made it, as written
  /// @param originalMessageId of the mail that it is about
  /// @param recipients one for each that is reported, at most [#RECIPIENTS_MAX]; may be empty
  record DeliveryReport(
      Form form,
      String reportingMta,
      String arrivalDate,
      String originalMessageId,
      List<Recipient> recipients)
      implements Bounce {
    public DeliveryReport {
      recipients = List.copyOf(recipients);
    }
  }

  /// How a report is written. The words are part of the payload: they stay what they are.
  enum Form {
    /// By RFC 3464, for programs.
    DELIVERY_STATUS,
    /// As qmail does (QSBMF), in a text with a shape of its own.
    QSBMF,
    /// In the words of one of the well-known mail servers.
    TEXT;

    /// As payloads have it, such as `delivery-status`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// What became of the mail for one recipient (RFC 3464 §2.3).
  ///
  /// @param finalRecipient the address it was tried for, after all forwarding
  /// @param originalRecipient the address the sender gave, where the report tells it
  /// @param action in lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`; of a
  ///   report in words always `failed`
  /// @param status such as `5.1.1` (RFC 3463)
  /// @param diagnostic what the other server answered, or why else it failed
  /// @param remoteMta the server that answered so
  record Recipient(
      String finalRecipient,
      String originalRecipient,
      String action,
      String status,
      String diagnostic,
      String remoteMta) {}

  /// A complaint that a provider passes on (RFC 5965).
  ///
  /// @param feedbackType in lower case: `abuse`, `fraud`, `virus`, `not-spam`, `opt-out`, `other`
  /// @param userAgent the program that made it
  /// @param reportingMta who made it
  /// @param arrivalDate when the mail came to who complains, as written
  /// @param sourceIp the address that brought the mail
  /// @param originalMailFrom the reverse-path of the mail
  /// @param originalRecipients its recipients, at most [#RECIPIENTS_MAX]
  /// @param originalMessageId of the mail that it is about
  record Complaint(
      String feedbackType,
      String userAgent,
      String reportingMta,
      String arrivalDate,
      String sourceIp,
      String originalMailFrom,
      List<String> originalRecipients,
      String originalMessageId)
      implements Bounce {
    public Complaint {
      originalRecipients = List.copyOf(originalRecipients);
    }
  }
}
