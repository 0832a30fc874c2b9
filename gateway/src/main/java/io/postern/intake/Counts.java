package io.postern.intake;

import java.util.Map;

/// What became of all that came to the door since the start, to be read at any time. Every fate
/// there is has its number, the zeros too.
///
/// @param mails mails, by the reply after the message, or at MAIL when there was no room
/// @param recipients recipients that were refused at RCPT
public record Counts(Map<Fate, Long> mails, Map<Fate, Long> recipients) {
  public Counts {
    mails = Map.copyOf(mails);
    recipients = Map.copyOf(recipients);
  }
}
