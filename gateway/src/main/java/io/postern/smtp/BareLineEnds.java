package io.postern.smtp;

/// What becomes of a message in which another mail server might find lines, or an end, where RFC
/// 5321 §2.3.8 knows none: it has a CR without LF, or a dot alone between line ends of which one is
/// a bare LF. The message ends at CRLF.CRLF in any case.
public enum BareLineEnds {
  /// It is refused at its end. A bare LF elsewhere is content, as it does no harm and real mail has
  /// it.
  REFUSE,
  /// It is kept, and each CR or LF that stands alone becomes a CRLF, in every message. Signatures
  /// over the bytes of such mail (DKIM) break.
  NORMALISE
}
