package io.postern.queue;

import io.postern.mail.Address;
import io.postern.mail.Envelope;
import java.util.List;

/// A mail that is to be kept, apart from its message.
///
/// @param id the mail's id
/// @param envelope the facts at the door
/// @param heading what its headers say
/// @param book the version of the rule book that decided
/// @param routes the deliveries to make: at least one
public record Accepted(
    String id, Envelope envelope, Heading heading, String book, List<Route> routes) {
  public Accepted {
    routes = List.copyOf(routes);
    if (routes.isEmpty()) {
      throw new IllegalArgumentException("a mail without a delivery is not kept");
    }
  }

  /// What is kept of the headers, to tell of a mail without reading it.
  ///
  /// @param from the address of the header From, decoded; the reverse-path if none
  /// @param messageId the header Message-ID
  /// @param subject decoded; empty for none
  /// @param report true when it may be a report of another mail
  public record Heading(String from, String messageId, String subject, boolean report) {}

  /// One delivery to make.
  ///
  /// @param recipient the envelope recipient
  /// @param rule the name of the rule that matched
  public record Route(Address recipient, String rule) {}
}
