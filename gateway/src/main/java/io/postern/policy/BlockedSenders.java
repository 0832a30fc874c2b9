package io.postern.policy;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mime.Addresses;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The senders that an operator wants nothing from, each with why: addresses, domains, and, written
/// `*.example.org`, all that lies below a domain. Addresses compare without case, domains as
/// A-labels. It never changes; any thread may use it.
///
/// @param reasons by the sender as [#entry] has it; a reason may be empty
public record BlockedSenders(Map<String, String> reasons) {
  /// No sender at all.
  public static final BlockedSenders NONE = new BlockedSenders(Map.of());

  private static final String BELOW = "*.";

  public BlockedSenders {
    reasons = Map.copyOf(reasons);
  }

  /// Reads what an operator wrote as the list has it.
  ///
  /// @return empty when it is neither an address nor a domain
  public static Optional<String> entry(String text) {
    String stripped = text.strip();
    int at = stripped.lastIndexOf('@');
    if (at < 0) {
      return PermittedDomains.Entry.parse(stripped)
          .map(entry -> (entry.below() ? BELOW : "") + entry.domain().ascii());
    }
    String local = stripped.substring(0, at);
    return local.isEmpty() || local.chars().anyMatch(c -> c <= ' ')
        ? Optional.empty()
        : Domain.parse(stripped.substring(at + 1))
            .filter(_ -> local.length() <= Address.LOCAL_MAX)
            .map(domain -> Addresses.folded(local + "@" + domain.ascii()));
  }

  /// Why one of these addresses is blocked, in the words of the status log; empty when none is.
  ///
  /// @param addresses without angle brackets; an empty one is the null reverse-path, which is
  ///   nobody's
  public Optional<String> reason(List<String> addresses) {
    for (String address : addresses) {
      Optional<String> entry = reasons.isEmpty() ? Optional.empty() : blocking(address);
      if (entry.isPresent()) {
        String why = reasons.getOrDefault(entry.get(), "");
        return Optional.of("blocked sender " + entry.get() + (why.isEmpty() ? "" : ": " + why));
      }
    }
    return Optional.empty();
  }

  private Optional<String> blocking(String address) {
    String folded = Addresses.folded(address);
    if (reasons.containsKey(folded)) {
      return Optional.of(folded);
    }
    String domain = folded.substring(folded.lastIndexOf('@') + 1);
    if (reasons.containsKey(domain)) {
      return Optional.of(domain);
    }
    for (int dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      String above = BELOW + domain.substring(dot + 1);
      if (reasons.containsKey(above)) {
        return Optional.of(above);
      }
    }
    return Optional.empty();
  }
}
