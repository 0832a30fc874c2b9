package io.postern.feed;

import io.postern.webhook.Body;
import java.util.Map;

/// What is posted of events.
///
/// @param body its bytes, in memory
/// @param headers those that the format has beside Content-Type; no text of a mail
public record EventPost(Body body, Map<String, String> headers) {
  public EventPost {
    headers = Map.copyOf(headers);
  }
}
