package io.postern.feed;

/// What a mail reports of another one, for one recipient. All texts are what the report claims;
/// anyone can write one. They are empty where it does not say.
public sealed interface BounceReport {
  /// Whose mail box it is about.
  String address();

  /// Which mail it is about, and who says so.
  Origin origin();

  /// The other mail could not be delivered, not yet or not ever.
  ///
  /// @param address where it could not be delivered
  /// @param reason why, in the classes of Customers Mail Cloud
  /// @param hard true when it is final: another mail to the address would come back, too
  /// @param status the enhanced status code, such as `5.1.1` (RFC 3463)
  /// @param diagnostic what the other server answered
  record Failure(
      String address,
      BounceReason reason,
      boolean hard,
      String status,
      String diagnostic,
      Origin origin)
      implements BounceReport {}

  /// The other mail was delivered, and its reader complained of it (RFC 5965).
  ///
  /// @param address who complained
  /// @param feedbackType in lower case: `abuse`, `fraud`, `virus`, `opt-out`, `other`
  /// @param userAgent the program that made the report
  record Complaint(String address, String feedbackType, String userAgent, Origin origin)
      implements BounceReport {}

  /// Which mail a report is about, and who says so.
  ///
  /// @param reportingMta who made the report
  /// @param messageId the other mail's Message-ID, with its angle brackets
  /// @param from the address of its header From
  /// @param subject its subject, decoded
  record Origin(String reportingMta, String messageId, String from, String subject) {}
}
