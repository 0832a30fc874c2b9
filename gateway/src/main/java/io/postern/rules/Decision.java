package io.postern.rules;

import io.postern.mail.Address;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which rules take a mail, for each recipient.
///
/// @param matches the recipients that were asked about, each with the rules that matched, in the
///   order of the book; an empty list where none did
public record Decision(Map<Address, List<Rule>> matches) {
  public Decision {
    Map<Address, List<Rule>> copy = new LinkedHashMap<>();
    matches.forEach((recipient, rules) -> copy.put(recipient, List.copyOf(rules)));
    matches = java.util.Collections.unmodifiableMap(copy);
  }

  /// The rules that matched for a recipient; empty when none did.
  public List<Rule> rules(Address recipient) {
    return matches.getOrDefault(recipient, List.of());
  }

  /// True when no rule matched for any recipient.
  public boolean isEmpty() {
    return matches.values().stream().allMatch(List::isEmpty);
  }
}
