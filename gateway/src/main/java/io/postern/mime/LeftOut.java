package io.postern.mime;

/// Something in a mail that is neither a body nor an attachment, and so is not told to receivers.
///
/// @param what such as `bytes after the last part`
/// @param size in bytes
/// @param reason why
public record LeftOut(String what, long size, String reason) {
  static LeftOut preamble(long size) {
    return new LeftOut(
        "text before the first part", size, "it is for readers without MIME (RFC 2046 §5.1.1)");
  }

  static LeftOut epilogue(long size) {
    return new LeftOut("bytes after the last part", size, "they are in no part (RFC 2046 §5.1.1)");
  }
}
