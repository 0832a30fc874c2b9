package io.postern.smtp;

import javax.net.ssl.SSLEngine;

/// What a command comes to. The verbs only say it; the session writes the reply and does the rest.
sealed interface Outcome {
  /// It is answered, and the session goes on.
  ///
  /// @param movesMail as [Tally#count] takes it
  record Answered(Reply reply, boolean movesMail) implements Outcome {}

  /// A mail was taken.
  ///
  /// @param bytes the size of its message
  record Kept(Reply reply, long bytes) implements Outcome {}

  /// TLS begins behind the reply.
  record Encrypts(Reply reply, SSLEngine engine) implements Outcome {}

  /// The session ends with a last reply.
  record Over(Ending why, Reply farewell) implements Outcome {}

  /// The peer was waited for in the middle of a message, in vain.
  record Left(Line.End why) implements Outcome {}

  /// It is answered and has moved no mail.
  static Outcome of(Reply reply) {
    return new Answered(reply, false);
  }
}
