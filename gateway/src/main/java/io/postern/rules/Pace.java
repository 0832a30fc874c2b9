package io.postern.rules;

import org.jspecify.annotations.Nullable;

/// How hard an endpoint may be pressed.
///
/// @param rate how often it may be called; null for as often as it keeps up
/// @param concurrency how many attempts may be under way at once, 1 to 1,000; null for what the
///   configuration says for all
public record Pace(@Nullable Rate rate, @Nullable Integer concurrency) {}
