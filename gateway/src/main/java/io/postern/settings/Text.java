package io.postern.settings;

/// A value as text, with its place, for those who judge it further.
///
/// @param place where it stands
/// @param value not empty, one line, no control characters
public record Text(Place place, String value) {}
