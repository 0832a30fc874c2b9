package io.postern.webhook;

import io.postern.mail.Address;
import io.postern.mail.Mail;
import io.postern.mime.ParsedMail;

/// What is told to an endpoint: one mail, for one recipient, by one rule.
///
/// @param delivery the delivery's id
/// @param rule the rule's name, the `filter` of Customers Mail Cloud
/// @param recipient the envelope recipient of this delivery
/// @param mail the mail as kept
/// @param parsed the same mail, read
/// @param gateway who we are
public record Payload(
    String delivery,
    String rule,
    Address recipient,
    Mail mail,
    ParsedMail parsed,
    Gateway gateway) {
  /// Who we are, in payloads.
  ///
  /// @param hostName the gateway's host name, for the Received line
  /// @param composition the `server_composition` field
  public record Gateway(String hostName, String composition) {}
}
