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
/// @param utf8 true when MAIL had the parameter SMTPUTF8 (RFC 6531 §3.4)
public record Envelope(
    String session,
    Peer peer,
    ReversePath from,
    List<Address> recipients,
    Instant received,
    boolean utf8) {
  public Envelope {
    recipients = List.copyOf(recipients);
  }

  /// The transmission type of the Received line (RFC 3848, RFC 6531 §4.3). There is none for HELO
  /// with TLS, so that is plain SMTP.
  public String protocol() {
    String secure = peer.tls().isEmpty() ? "" : "S";
    if (utf8) {
      return "UTF8SMTP" + secure;
    }
    return peer.esmtp() ? "ESMTP" + secure : "SMTP";
  }
}
