package io.postern.mail;

import java.time.Instant;
import java.util.List;

/// What the door knows of a mail (RFC 5321 §2.3.1), apart from the message.
///
/// @param session the id of the SMTP session, which refusals and the service log carry
/// @param peer who brought it
/// @param from the reverse-path
/// @param recipients the accepted recipients, in the order of their RCPT commands
/// @param received when MAIL was accepted, to the millisecond
public record Envelope(
    String session, Peer peer, ReversePath from, List<Address> recipients, Instant received) {
  public Envelope {
    recipients = List.copyOf(recipients);
  }
}
