package io.postern.policy;

import io.postern.settings.Network;
import java.util.List;

/// Whose mail is accepted, and how forged self-mail is met.
///
/// @param domains the permitted domains
/// @param fromPermitted the heuristic "a header From address is in a permitted domain"
/// @param toIsFrom the heuristic "each header To address is also a header From address"
/// @param except peers in these networks are exempt from both, such as an own server that sends
///   from permitted domains
public record Settings(
    PermittedDomains domains, Mode fromPermitted, Mode toIsFrom, List<Network> except) {
  public Settings {
    except = List.copyOf(except);
  }
}
