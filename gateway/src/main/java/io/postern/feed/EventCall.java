package io.postern.feed;

import io.postern.webhook.Payload;
import java.time.Instant;

/// What a post of events says besides the events: secrets read, and the time drawn, for one call.
///
/// @param id of the post, the `webhook-id`: the same at every attempt to post the same events
/// @param at when it is made
/// @param apiKey the value of the field `api_key`; empty for none
/// @param secretKey what proves us in the formats that have one; else empty
/// @param gateway who we are
public record EventCall(
    String id, Instant at, String apiKey, String secretKey, Payload.Gateway gateway) {
  /// Neither key is ever shown.
  @Override
  public String toString() {
    return "EventCall[id=" + id + ", at=" + at + "]";
  }
}
