package io.postern.journal;

/// What no row of the status log says of a mail. Texts are cleaned as those of [Arrival].
///
/// @param reversePath without angle brackets; empty for the null reverse-path
/// @param subject decoded
/// @param peer the IP address that it came from
/// @param size of the message, in bytes
/// @param report true when it may be a report of another mail: it has the null reverse-path, or
///   says that it is one
public record MailFacts(
    String reversePath, String subject, String peer, long size, boolean report) {
  /// Of a mail that is kept no more, or never was.
  public static final MailFacts NONE = new MailFacts("", "", "", 0, false);
}
