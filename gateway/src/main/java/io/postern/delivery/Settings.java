package io.postern.delivery;

import java.time.Duration;
import java.util.Set;

/// How mail is delivered.
///
/// @param paused true to accept and keep mail but post nothing (maintenance)
/// @param permanentFailures the status codes that refuse the request itself, so that the delivery
///   fails at once
/// @param concurrencyMax attempts in flight in all, 1 to 10,000
/// @param perHostMax attempts in flight to one host, by all rules whose URL is there or whose
///   backup is being called there, 1 to 10,000
/// @param perEndpointMax attempts in flight to one endpoint, 1 to 1,000
/// @param privateAllowed false to refuse endpoints at addresses of private networks
/// @param stopGrace how long a stop waits for attempts in flight before it cuts them off
public record Settings(
    boolean paused,
    Set<Integer> permanentFailures,
    int concurrencyMax,
    int perHostMax,
    int perEndpointMax,
    boolean privateAllowed,
    Duration stopGrace) {
  /// The codes that say "this request will never do", whoever sends it and whenever.
  public static final Set<Integer> PERMANENT_FAILURES =
      Set.of(400, 405, 406, 411, 413, 414, 415, 422, 431, 501);

  public Settings {
    permanentFailures = Set.copyOf(permanentFailures);
  }
}
