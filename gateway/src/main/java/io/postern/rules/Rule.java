package io.postern.rules;

import io.postern.mime.Headers;
import io.postern.settings.Place;
import io.postern.webhook.Endpoint;
import java.util.List;

/// Which mail goes where: a rule file's content.
///
/// @param name unique in its book; sent as the filter name
/// @param account the first folder below the rules' folder that the file lies in; empty for none
/// @param terms what must all be true of a mail; at least one
/// @param endpoint where it is posted
/// @param pace how hard the endpoint may be pressed
/// @param retry what becomes of a delivery that is not taken
/// @param enabled false: takes no mail, and holds what waits
/// @param place where its name stands
public record Rule(
    String name,
    String account,
    List<Term> terms,
    Endpoint endpoint,
    Pace pace,
    Retry retry,
    boolean enabled,
    Place place) {
  public Rule {
    terms = List.copyOf(terms);
  }

  /// True when the terms about the recipient hold. Asked of every rule for every recipient.
  ///
  /// @param recipient the text of its address
  boolean couldMatch(String recipient) {
    for (Term term : terms) {
      if (term.isRecipient() && !term.holds(recipient)) {
        return false;
      }
    }
    return true;
  }

  /// True when the terms about the headers hold.
  boolean matches(Headers headers) {
    for (Term term : terms) {
      if (!term.isRecipient() && !term.holds(headers)) {
        return false;
      }
    }
    return true;
  }
}
