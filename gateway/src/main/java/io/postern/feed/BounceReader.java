package io.postern.feed;

import io.postern.feed.BounceReport.Complaint;
import io.postern.feed.BounceReport.Failure;
import io.postern.feed.BounceReport.Origin;
import io.postern.journal.CleanText;
import io.postern.mime.Addresses;
import io.postern.mime.Bounce;
import io.postern.mime.Header;
import io.postern.mime.Headers;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads what a mail reports of another one, a report for each recipient. Only what failed is one:
/// that a mail is delayed, was delivered or was read is no bounce.
final class BounceReader {
  /// The class of an enhanced status code, or the first digit of a reply code (RFC 5321 §4.2).
  private static final Pattern FIRST_DIGIT = Pattern.compile("(?<![\\d.])([245])(?:\\d\\d|\\.\\d)");

  private BounceReader() {}

  /// What a mail reports; empty for one that is no report.
  ///
  /// @throws IOException when the stored message can't be read now
  static List<BounceReport> read(ParsedMail mail) throws IOException {
    Optional<Bounce> bounce = Bounce.of(mail);
    if (bounce.isEmpty()) {
      return List.of();
    }
    Optional<Headers> returned = Bounce.returned(mail);
    return switch (bounce.get()) {
      case Bounce.DeliveryReport report -> failures(report, origin(report, returned));
      case Bounce.Complaint complaint ->
          complaint.feedbackType().equals("not-spam")
              ? List.of()
              : complaints(complaint, origin(complaint, returned), returned);
    };
  }

  private static Origin origin(Bounce bounce, Optional<Headers> returned) {
    List<String> from = returned.map(it -> Addresses.of(it, "From")).orElse(List.of());
    String subject = returned.flatMap(it -> it.first("Subject")).map(Header::value).orElse("");
    return new Origin(
        CleanText.of(bounce.reportingMta()),
        CleanText.of(bounce.originalMessageId()),
        from.isEmpty() ? "" : CleanText.of(from.getFirst()),
        CleanText.of(subject));
  }

  private static List<BounceReport> failures(Bounce.DeliveryReport report, Origin origin) {
    return report.recipients().stream()
        .filter(BounceReader::isFailed)
        .<BounceReport>map(recipient -> failure(recipient, origin))
        .toList();
  }

  /// Some servers leave out the action; then the status decides.
  private static boolean isFailed(Bounce.Recipient recipient) {
    return recipient.action().isEmpty()
        ? recipient.status().startsWith("5")
        : recipient.action().equals("failed");
  }

  private static Failure failure(Bounce.Recipient recipient, Origin origin) {
    BounceReason reason = BounceReason.of(recipient.status(), recipient.diagnostic());
    // The sender knows the address that he wrote, not the one that it was forwarded to.
    String address =
        recipient.originalRecipient().isEmpty()
            ? recipient.finalRecipient()
            : recipient.originalRecipient();
    return new Failure(
        CleanText.of(address),
        reason,
        reason.isLasting() && isPermanent(recipient),
        CleanText.of(recipient.status()),
        CleanText.of(recipient.diagnostic()),
        origin);
  }

  /// Without a code it is: the report says that the mail failed.
  private static boolean isPermanent(Bounce.Recipient recipient) {
    for (String text : List.of(recipient.status(), recipient.diagnostic())) {
      Matcher digit = FIRST_DIGIT.matcher(text);
      if (digit.find()) {
        return digit.group(1).equals("5");
      }
    }
    return true;
  }

  private static List<BounceReport> complaints(
      Bounce.Complaint complaint, Origin origin, Optional<Headers> returned) {
    List<String> addresses = complaint.originalRecipients();
    if (addresses.isEmpty()) {
      // Providers that hide who complained leave out the recipient; the mail may have it still.
      addresses = returned.map(it -> Addresses.of(it, "To")).orElse(List.of());
    }
    String from = origin.from().isEmpty() ? complaint.originalMailFrom() : origin.from();
    Origin known =
        new Origin(origin.reportingMta(), origin.messageId(), CleanText.of(from), origin.subject());
    Stream<String> all = addresses.isEmpty() ? Stream.of("") : addresses.stream();
    return all.limit(Bounce.RECIPIENTS_MAX)
        .<BounceReport>map(
            address ->
                new Complaint(
                    CleanText.of(address),
                    CleanText.of(complaint.feedbackType()),
                    CleanText.of(complaint.userAgent()),
                    known))
        .toList();
  }
}
