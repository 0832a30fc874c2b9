package io.postern.delivery;

import io.postern.webhook.Destination;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The host names of endpoints, and where they may lead. There is one in a process, because the JDK
/// looks names up in one way for all of it. Any thread.
final class EndpointNames {
  /// What the process knows; filled by couriers, read by the resolver.
  static final EndpointNames ALL = new EndpointNames();

  /// How many are known, those that were called last. A book has half as many rules at most, each
  /// with a URL and a backup, and each call adds its name anew: the one that makes room for another
  /// is of a rule that is gone.
  static final int NAMES_MAX = 20_000;

  /// Those that were added last stand last.
  private final Map<String, Known> names = new LinkedHashMap<>(16, 0.75f, true);

  /// What is known of a name.
  ///
  /// @param refusal why it was refused when it was looked up last; null when it wasn't
  private record Known(boolean privateAllowed, @Nullable String refusal) {}

  /// Notes that a name is an endpoint's.
  synchronized void add(String host, boolean isPrivateAllowed) {
    String key = key(host);
    @Nullable Known known = names.get(key);
    if (known != null && known.privateAllowed() == isPrivateAllowed) {
      return;
    }
    names.put(key, new Known(isPrivateAllowed, null));
    if (names.size() > NAMES_MAX) {
      names.remove(names.keySet().iterator().next());
    }
  }

  /// Why a name was refused when it was looked up last; empty when it wasn't.
  synchronized Optional<String> refusal(String host) {
    return Optional.ofNullable(names.get(key(host))).map(Known::refusal);
  }

  /// Leaves out the addresses that may not be posted to. Names that are no endpoint's keep all.
  ///
  /// @throws UnknownHostException when none is left
  List<InetAddress> admit(String host, List<InetAddress> addresses) throws UnknownHostException {
    String key = key(host);
    @Nullable Known known = known(key);
    if (known == null) {
      return addresses;
    }
    boolean isPrivateAllowed = known.privateAllowed();
    List<InetAddress> good =
        addresses.stream().filter(address -> !isRefused(key, address, isPrivateAllowed)).toList();
    if (good.isEmpty() && !addresses.isEmpty()) {
      String address = addresses.getFirst().getHostAddress();
      String why = "the host leads to " + address + ", where nothing may be posted";
      note(key, new Known(isPrivateAllowed, why));
      throw new UnknownHostException(host + ": " + why);
    }
    note(key, new Known(isPrivateAllowed, null));
    return good;
  }

  private synchronized @Nullable Known known(String key) {
    return names.get(key);
  }

  private synchronized void note(String key, Known known) {
    names.replace(key, known);
  }

  /// Where private networks are forbidden, a name must not lead to this machine either, unless it
  /// says so.
  private static boolean isRefused(String name, InetAddress address, boolean privateAllowed) {
    boolean isLocal = name.equals("localhost") || name.endsWith(".localhost");
    return Destination.of(address).isRefused(privateAllowed)
        || (address.isLoopbackAddress() && !privateAllowed && !isLocal);
  }

  private static String key(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
