package io.postern.mime;

/// Something in a mail that is neither a body nor an attachment, and so is not told to receivers.
///
/// @param what such as `bytes after the last part`
/// @param size in bytes
/// @param reason why
public record LeftOut(String what, long size, String reason) {}
