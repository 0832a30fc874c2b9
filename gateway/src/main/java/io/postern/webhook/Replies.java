package io.postern.webhook;

import io.postern.mime.MailText;
import io.postern.mime.ParsedMail;
import io.postern.mime.Reply;
import java.io.IOException;
import java.util.Optional;

/// The reply in a mail, for services that tell one only where something was left out.
final class Replies {
  private Replies() {}

  /// The text without what it quotes; empty when that is all of it, or when there is no text.
  static Optional<MailText> stripped(ParsedMail parsed) throws IOException {
    if (parsed.text().isEmpty()) {
      return Optional.empty();
    }
    MailText whole = parsed.text().get();
    MailText reply = Reply.of(whole).text();
    return reply.equals(whole) ? Optional.empty() : Optional.of(reply);
  }
}
