package io.postern.policy;

import io.postern.mail.Domain;
import io.postern.mail.Peer;
import io.postern.mime.Addresses;
import io.postern.mime.Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Two heuristics against mail that pretends to come from those it is for. The gateway only
/// receives for its domains, so a mail from outside that says it is from inside is most likely
/// forged; so is one that a person seems to have sent to himself.
///
/// Every header From and To counts, for a forger adds a second one; so do the members of groups.
/// Local parts compare without case, domains as A-labels. The same object serves all sessions.
public final class SelfMail {
  private static final Verdict ACCEPT = new Verdict.Accept();

  private final Settings settings;

  /// Makes the heuristics.
  public SelfMail(Settings settings) {
    this.settings = settings;
  }

  /// Judges a mail by its headers.
  ///
  /// @param peer who brought it
  /// @return refused when a heuristic in force says so; else observed when one that only observes
  ///   does
  public Verdict judge(Headers headers, Peer peer) {
    if (settings.except().stream()
        .anyMatch(network -> network.contains(peer.address().getAddress()))) {
      return ACCEPT;
    }
    List<String> refusing = new ArrayList<>();
    List<String> observing = new ArrayList<>();
    List<String> from = Addresses.of(headers, "From");
    if (settings.fromPermitted() != Mode.OFF) {
      permittedOf(from)
          .ifPresent(
              domain ->
                  note(
                      settings.fromPermitted(),
                      "header From is in the permitted domain " + domain,
                      refusing,
                      observing));
    }
    if (settings.toIsFrom() != Mode.OFF) {
      List<String> to = Addresses.of(headers, "To");
      if (!to.isEmpty() && new HashSet<>(from).containsAll(to)) {
        note(
            settings.toIsFrom(),
            "each header To address is also a header From address",
            refusing,
            observing);
      }
    }
    if (!refusing.isEmpty()) {
      return new Verdict.Refuse(String.join("; ", refusing));
    }
    return observing.isEmpty() ? ACCEPT : new Verdict.Observe(String.join("; ", observing));
  }

  private static void note(
      Mode mode, String reason, List<String> refusing, List<String> observing) {
    (mode == Mode.ENFORCE ? refusing : observing).add(reason);
  }

  private Optional<Domain> permittedOf(List<String> addresses) {
    for (String address : addresses) {
      Optional<Domain> domain =
          Domain.parse(address.substring(address.lastIndexOf('@') + 1))
              .filter(settings.domains()::permits);
      if (domain.isPresent()) {
        return domain;
      }
    }
    return Optional.empty();
  }
}
