package io.postern.intake;

import io.postern.intake.Intake.Replies;
import io.postern.mail.Address;
import io.postern.mime.Headers;
import io.postern.queue.Accepted.Route;
import io.postern.rules.Book;
import io.postern.rules.Decision;
import io.postern.rules.Rule;
import io.postern.smtp.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Says what becomes of each recipient: by what speaks against the mail, then by the rules, with
/// what RFC 5321 §4.5.1 asks for postmaster.
///
/// @param against what nobody but postmaster gets the mail for
record Router(Settings settings, Book book, Optional<Objection> against) {
  /// What speaks against a mail as a whole.
  ///
  /// @param reply what the peer is told
  /// @param reason for the status log
  record Objection(Reply reply, String reason) {}

  Routing route(List<Address> recipients, Headers headers) {
    Decision decision = book.decide(recipients, headers);
    List<Route> routes = new ArrayList<>();
    List<Routing.Denied> denied = new ArrayList<>();
    for (Address recipient : recipients) {
      List<Rule> matched = decision.rules(recipient);
      if (recipient.isPostmaster()) {
        if (matched.isEmpty()) {
          matched = postmasterRule().stream().toList();
        }
        if (matched.isEmpty()) {
          // Postmaster may not be refused for good, and nobody is there to read it: our fault.
          denied.add(new Routing.Denied(recipient, Replies.NO_BOOK, "no rule for postmaster"));
        }
      } else if (against.isPresent()) {
        Objection objection = against.get();
        denied.add(new Routing.Denied(recipient, objection.reply(), objection.reason()));
        continue;
      } else if (matched.isEmpty()) {
        denied.add(new Routing.Denied(recipient, Replies.NO_MATCH, "no rule matched"));
      }
      matched.forEach(rule -> routes.add(new Route(recipient, rule.name())));
    }
    return new Routing(routes, denied);
  }

  private Optional<Rule> postmasterRule() {
    return settings.postmasterRule().isEmpty()
        ? Optional.empty()
        : book.rule(settings.postmasterRule()).filter(Rule::enabled);
  }
}
