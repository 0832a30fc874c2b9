package io.postern.delivery;

import io.postern.webhook.Destination;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The host names of endpoints, and where they may lead. There is one in a process, because the JDK
/// looks names up in one way for all of it. Any thread.
final class EndpointNames {
  /// What the process knows; filled by couriers, read by the resolver.
  static final EndpointNames ALL = new EndpointNames();

  private final Map<String, Boolean> privateAllowed = new ConcurrentHashMap<>();
  private final Map<String, String> refused = new ConcurrentHashMap<>();

  /// Notes that a name is an endpoint's. There are as many as the rule files ever named.
  void add(String host, boolean isPrivateAllowed) {
    privateAllowed.put(key(host), isPrivateAllowed);
  }

  /// Why a name was refused when it was looked up last; empty when it wasn't.
  Optional<String> refusal(String host) {
    return Optional.ofNullable(refused.get(key(host)));
  }

  /// Leaves out the addresses that may not be posted to. Names that are no endpoint's keep all.
  ///
  /// @throws UnknownHostException when none is left
  List<InetAddress> admit(String host, List<InetAddress> addresses) throws UnknownHostException {
    String key = key(host);
    Boolean isPrivateAllowed = privateAllowed.get(key);
    if (isPrivateAllowed == null) {
      return addresses;
    }
    List<InetAddress> good =
        addresses.stream().filter(address -> !isRefused(key, address, isPrivateAllowed)).toList();
    if (good.isEmpty() && !addresses.isEmpty()) {
      String address = addresses.getFirst().getHostAddress();
      String why = "the host leads to " + address + ", where nothing may be posted";
      refused.put(key, why);
      throw new UnknownHostException(host + ": " + why);
    }
    refused.remove(key);
    return good;
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
