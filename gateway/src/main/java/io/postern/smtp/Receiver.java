package io.postern.smtp;

import io.postern.mail.Address;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;

/// What the protocol asks of the gateway: the border between RFC 5321 and everything else. Called
/// on the session's virtual thread. Nothing here throws: a fault is a 4xx reply. Replies get the
/// session's id appended by the protocol where they refuse.
public interface Receiver {
  /// MAIL was well formed.
  ///
  /// @param session the session's id
  /// @param peer who speaks
  /// @param from the reverse-path
  /// @param declaredSize the SIZE parameter in bytes (RFC 1870); 0 when there was none
  /// @param utf8 true when the parameter SMTPUTF8 was given (RFC 6531 §3.4)
  Opening mail(String session, Peer peer, ReversePath from, long declaredSize, boolean utf8);

  /// What came of MAIL.
  sealed interface Opening {
    /// A transaction began.
    ///
    /// @param transaction it
    record Opened(Transaction transaction) implements Opening {}

    /// It did not.
    ///
    /// @param reply why
    record Refused(Reply reply) implements Opening {}
  }

  /// One mail transaction: from MAIL to the reply after the dot, RSET, a new greeting or the end of
  /// the session. The protocol calls [#close()] in every case, last, and once.
  interface Transaction extends AutoCloseable {
    /// RCPT was well formed. A bare `postmaster` (RFC 5321 §4.5.1) comes as one of the gateway's
    /// host name.
    ///
    /// @return 250, or a refusal; the transaction goes on either way
    Reply recipient(Address recipient);

    /// DATA was given and at least one recipient stands: bytes of the message, unstuffed. Does not
    /// throw: a store that fails is remembered, and [#message()] says so.
    void write(byte[] bytes, int offset, int length);

    /// The message is complete, by CRLF.CRLF. The reply is final: with a 250 the mail is on disk.
    Reply message();

    /// The message was read to its true end, or too far past the largest size for that, and the
    /// protocol refuses it (too large, a bare CR, NUL). The protocol gives the reply; this only
    /// notes it.
    void unfit(Reply reply);

    /// Ends the transaction; whatever was not accepted is forgotten. Does not throw.
    @Override
    void close();
  }
}
