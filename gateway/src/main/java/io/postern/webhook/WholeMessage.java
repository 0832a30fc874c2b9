package io.postern.webhook;

import io.postern.mail.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

/// The message byte by byte as the peer sent it, with the trace fields in front.
final class WholeMessage {
  private final byte[] trace;
  private final Message message;

  WholeMessage(Payload payload) {
    trace = Trace.lines(payload);
    message = payload.mail().message();
  }

  /// In bytes.
  long size() {
    return trace.length + message.size();
  }

  /// The caller closes it.
  InputStream open() throws IOException {
    return new SequenceInputStream(new ByteArrayInputStream(trace), message.open(0));
  }
}
