package io.postern.webhook;

/// The message itself, `message/rfc822`, with the trace fields in front.
final class RawFormat {
  private RawFormat() {}

  static Body body(Payload payload) {
    WholeMessage message = new WholeMessage(payload);
    return new Body("message/rfc822", message.size(), message::open);
  }
}
