package io.postern.journal;

import java.time.Instant;

/// What a row says about the mail and its way in. Texts are decoded, and clean as [CleanText]
/// tells.
///
/// @param received when the mail arrived
/// @param session the SMTP session's id
/// @param hostName the peer's HELO name
/// @param from the address of the header From; the reverse-path while no header was read
/// @param to the envelope recipient
/// @param messageId the header Message-ID, with its angle brackets; empty when there is none
public record Arrival(
    Instant received, String session, String hostName, String from, String to, String messageId) {
  public Arrival {
    hostName = CleanText.of(hostName);
    from = CleanText.of(from);
    to = CleanText.of(to);
    messageId = CleanText.of(messageId);
  }
}
