package io.postern.rules;

import io.postern.mail.Address;
import io.postern.mime.Headers;
import io.postern.settings.Place;
import io.postern.webhook.Endpoint;
import java.time.Duration;
import java.util.List;

/// Which mail goes where: a rule file's content.
///
/// @param name unique in its book; sent as the filter name
/// @param account the first folder below the rules' folder that the file lies in; empty for none
/// @param terms what must all be true of a mail; at least one
/// @param endpoint where it is posted
/// @param interval how long a deferred delivery waits
/// @param period how long a delivery is tried in all
/// @param enabled false: takes no mail, and holds what waits
/// @param place where its name stands
public record Rule(
    String name,
    String account,
    List<Term> terms,
    Endpoint endpoint,
    Duration interval,
    Duration period,
    boolean enabled,
    Place place) {
  public Rule {
    terms = List.copyOf(terms);
  }

  /// True when the terms about the recipient hold.
  boolean couldMatch(Address recipient) {
    return terms.stream().filter(Term::isRecipient).allMatch(term -> term.holds(recipient));
  }

  /// True when the terms about the headers hold.
  boolean matches(Headers headers) {
    return terms.stream().filter(term -> !term.isRecipient()).allMatch(term -> term.holds(headers));
  }
}
