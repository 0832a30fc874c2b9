package io.postern.queue;

import io.postern.mail.Address;
import io.postern.mail.Envelope;
import java.util.List;

/// A mail that is to be kept, apart from its message.
///
/// @param id the mail's id
/// @param envelope the facts at the door
/// @param headerFrom the address of the header From, decoded, for the log; the reverse-path if none
/// @param messageId the header Message-ID
/// @param book the version of the rule book that decided
/// @param routes the deliveries to make: at least one
public record Accepted(
    String id,
    Envelope envelope,
    String headerFrom,
    String messageId,
    String book,
    List<Route> routes) {
  public Accepted {
    routes = List.copyOf(routes);
    if (routes.isEmpty()) {
      throw new IllegalArgumentException("a mail without a delivery is not kept");
    }
  }

  /// One delivery to make.
  ///
  /// @param recipient the envelope recipient
  /// @param rule the name of the rule that matched
  public record Route(Address recipient, String rule) {}
}
