package io.postern.delivery;

import io.postern.webhook.Body;
import io.postern.webhook.Target;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/// Carries one body to one URL. What goes wrong on the way is an outcome, not an exception.
public interface Courier extends AutoCloseable {
  /// Posts, and waits for the answer or the endpoint's time-out.
  ///
  /// @param post what and where
  /// @throws IOException when the fault is ours: the stored message could not be read
  Outcome carry(Post post) throws IOException;

  /// Cuts off what is under way, which then is deferred.
  @Override
  void close();

  /// One call.
  ///
  /// @param target whose authentication, keys and time-out are used
  /// @param url the target's URL or its backup
  /// @param delivery the delivery's id, or that of what else is posted, the `webhook-id`
  /// @param attempt the number of the attempt, from 1
  /// @param replay true when an operator asked for the delivery again
  /// @param body what to post
  /// @param headers those that the body's format has beside Content-Type; no text of a mail
  record Post(
      Target target,
      URI url,
      String delivery,
      int attempt,
      boolean replay,
      Body body,
      Map<String, String> headers) {
    public Post {
      headers = Map.copyOf(headers);
    }

    /// Of a format without headers of its own.
    public Post(Target target, URI url, String delivery, int attempt, boolean replay, Body body) {
      this(target, url, delivery, attempt, replay, body, Map.of());
    }
  }
}
