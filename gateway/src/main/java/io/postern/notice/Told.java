package io.postern.notice;

import java.time.Instant;

/// What was told last of a cause: all that has to outlive the process, so that a restart neither
/// tells it again nor forgets to tell its end.
///
/// @param cause of what
/// @param holds true when that it is there was told, false when its end was
/// @param since from when on it was there
/// @param at when that was told
record Told(Cause cause, boolean holds, Instant since, Instant at) {}
