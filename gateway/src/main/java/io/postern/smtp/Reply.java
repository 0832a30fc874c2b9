package io.postern.smtp;

/// A reply of one line (RFC 5321 §4.2) with its enhanced status code (RFC 3463).
///
/// @param code 200 to 599
/// @param enhanced such as `5.7.1`; empty where RFC 2034 wants none
/// @param text printable ASCII, one line, for the sender's postmaster; what is longer than a reply
///   line is cut off when it is sent, and any other character becomes `?`
public record Reply(int code, String enhanced, String text) {
  /// A reply line without CRLF, in characters (RFC 5321 §4.5.3.1.5).
  private static final int LINE_MAX = 510;

  public Reply {
    if (code < 200 || code > 599) {
      throw new IllegalArgumentException("not a reply code: " + code);
    }
  }

  /// True for 4xx and 5xx.
  public boolean refuses() {
    return code >= 400;
  }

  /// The line without CRLF.
  public String line() {
    return enhanced.isEmpty() ? code + " " + text : code + " " + enhanced + " " + text;
  }

  /// The line as it is sent, without CRLF: a refusal also says where to find help and in which
  /// session it was.
  ///
  /// @param help an address; empty for none
  String line(String help, String session) {
    if (!refuses()) {
      return cut(line(), LINE_MAX);
    }
    String tail = (help.isEmpty() ? "" : "; see " + help) + " [" + session + "]";
    return cut(line(), LINE_MAX - tail.length()) + tail;
  }

  private static String cut(String line, int max) {
    return line.length() > max ? line.substring(0, max) : line;
  }
}
