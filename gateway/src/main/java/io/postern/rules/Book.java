package io.postern.rules;

import io.postern.mail.Address;
import io.postern.mime.Headers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All rules in force at one time. It never changes, so a mail that holds one from MAIL to 250 is
/// judged by one set of rules; any thread may use it.
public final class Book {
  private final String version;
  private final Map<String, Rule> byName = new LinkedHashMap<>();

  /// @param version that of the files
  /// @param rules with different names, in the order of their files
  Book(String version, List<Rule> rules) {
    this.version = version;
    rules.forEach(rule -> byName.put(rule.name(), rule));
  }

  /// A hash of the files' paths and texts: the same files have the same version everywhere. 32
  /// hexadecimal digits.
  public String version() {
    return version;
  }

  /// Its rules in the order of their files' paths, disabled ones too.
  public List<Rule> rules() {
    return List.copyOf(byName.values());
  }

  /// The rule with this name, enabled or not.
  public Optional<Rule> rule(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// True when some enabled rule could take mail for the recipient, judged by its terms about the
  /// recipient alone: the headers aren't there yet.
  public boolean couldMatch(Address recipient) {
    String text = recipient.text();
    return byName.values().stream().anyMatch(rule -> rule.enabled() && rule.couldMatch(text));
  }

  /// Decides which enabled rules take a mail, for each recipient.
  public Decision decide(List<Address> recipients, Headers headers) {
    Map<Address, List<Rule>> matches = new LinkedHashMap<>();
    recipients.forEach(recipient -> matches.put(recipient, new ArrayList<>()));
    for (Rule rule : byName.values()) {
      if (!rule.enabled()) {
        continue;
      }
      List<Address> takes =
          matches.keySet().stream().filter(to -> rule.couldMatch(to.text())).toList();
      // The headers are the same for all recipients: they are searched once a rule, and only then.
      if (!takes.isEmpty() && rule.matches(headers)) {
        takes.forEach(
            recipient -> matches.computeIfAbsent(recipient, _ -> new ArrayList<>()).add(rule));
      }
    }
    return new Decision(matches);
  }

  /// Tells, rule by rule and term by term, why a mail is or isn't taken for a recipient. Disabled
  /// rules are told too.
  public List<Explanation> explain(Address recipient, Headers headers) {
    return byName.values().stream().map(rule -> Explanation.of(rule, recipient, headers)).toList();
  }
}
