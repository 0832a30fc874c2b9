package io.postern.mime;

/// One header field (RFC 5322 §2.2).
///
/// @param name as written
/// @param raw the value as written, unfolded, outer white space removed; bytes that are not ASCII
///   were read as UTF-8 where they are valid, else by a guess
/// @param value the same with encoded words (RFC 2047) decoded; no control characters
public record Header(String name, String raw, String value) {}
