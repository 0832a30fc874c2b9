package io.postern.delivery;

import io.postern.webhook.Body;
import io.postern.webhook.Endpoint;
import java.io.IOException;
import java.net.URI;

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
  /// @param endpoint whose authentication, keys and time-out are used
  /// @param url the endpoint's URL or its backup
  /// @param delivery the delivery's id, the `webhook-id`
  /// @param attempt the number of the attempt, from 1
  /// @param replay true when an operator asked for the delivery again
  /// @param body what to post
  record Post(
      Endpoint endpoint, URI url, String delivery, int attempt, boolean replay, Body body) {}
}
