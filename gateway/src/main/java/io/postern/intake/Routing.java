package io.postern.intake;

import io.postern.mail.Address;
import io.postern.queue.Accepted.Route;
import io.postern.smtp.Reply;
import java.util.List;

/// Where a mail goes, recipient by recipient.
///
/// @param routes the deliveries to make; empty when nobody takes it
/// @param denied the recipients that get nothing
record Routing(List<Route> routes, List<Denied> denied) {
  /// A recipient that gets nothing.
  ///
  /// @param recipient who
  /// @param reply what the peer is told when all fare so
  /// @param reason for the status log
  record Denied(Address recipient, Reply reply, String reason) {}

  /// The reply when nobody takes the mail. If it may fare better later for one recipient, the peer
  /// is to come again for all: a final no would lose that one.
  Reply refusal() {
    return denied.stream()
        .map(Denied::reply)
        .filter(reply -> reply.code() < 500)
        .findFirst()
        .orElse(denied.getFirst().reply());
  }
}
