package io.postern.policy;

import io.postern.mail.Domain;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The domains whose mail this gateway takes. Domains compare as lower-case A-labels.
///
/// @param exact these
/// @param parents what lies below these, at any depth, but not these themselves
public record PermittedDomains(Set<Domain> exact, Set<Domain> parents) {
  private static final String BELOW = "*.";

  public PermittedDomains {
    exact = Set.copyOf(exact);
    parents = Set.copyOf(parents);
  }

  /// One entry of the configuration's list.
  ///
  /// @param domain which
  /// @param below true for what lies below it, false for itself
  public record Entry(Domain domain, boolean below) {
    /// Reads `example.com` or `*.example.com`.
    ///
    /// @return empty when the text is neither
    public static Optional<Entry> parse(String text) {
      boolean below = text.startsWith(BELOW);
      return Domain.parse(below ? text.substring(BELOW.length()) : text)
          .filter(domain -> !(below && domain.isLiteral()))
          .map(domain -> new Entry(domain, below));
    }
  }

  /// The domains of a list of entries.
  public static PermittedDomains of(List<Entry> entries) {
    Set<Domain> exact = new HashSet<>();
    Set<Domain> parents = new HashSet<>();
    entries.forEach(entry -> (entry.below() ? parents : exact).add(entry.domain()));
    return new PermittedDomains(exact, parents);
  }

  /// True when there is none.
  public boolean isEmpty() {
    return exact.isEmpty() && parents.isEmpty();
  }

  /// True when mail for the domain is taken.
  public boolean permits(Domain domain) {
    if (exact.contains(domain)) {
      return true;
    }
    if (domain.isLiteral()) {
      return false;
    }
    String name = domain.ascii();
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (parents.contains(new Domain(name.substring(dot + 1)))) {
        return true;
      }
    }
    return false;
  }
}
