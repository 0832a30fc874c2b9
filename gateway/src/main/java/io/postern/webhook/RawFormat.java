package io.postern.webhook;

import io.postern.mail.Message;
import java.io.IOException;

/// The message itself, `message/rfc822`, with the trace fields in front.
final class RawFormat {
  private RawFormat() {}

  static Body body(Payload payload) throws IOException {
    Message message = payload.mail().message();
    Pieces pieces = new Pieces();
    pieces.bytes().write(Trace.lines(payload));
    pieces.add(() -> message.open(0), message.size());
    return pieces.body("message/rfc822");
  }
}
