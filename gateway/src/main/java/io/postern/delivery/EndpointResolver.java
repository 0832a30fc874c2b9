package io.postern.delivery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.stream.Stream;

/// Stands in front of the JDK's own look-up of names, and keeps from endpoints' names the addresses
/// that may not be posted to: the JDK connects only to what comes through here, so a name that was
/// good when its rule was read can't lead to the machine's secrets later (DNS rebinding). All other
/// names pass unchanged.
///
/// The JDK finds it by the file `META-INF/services/java.net.spi.InetAddressResolverProvider`.
public final class EndpointResolver extends InetAddressResolverProvider {
  /// A name by which it makes itself known, with all below it: they lead to this machine.
  /// `.invalid` is nobody's (RFC 6761 §6.4).
  static final String PROBE = "endpoint-resolver.postern.invalid";

  /// For the JDK, which makes one.
  public EndpointResolver() {}

  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new Filter(configuration.builtinResolver(), EndpointNames.ALL);
  }

  @Override
  public String name() {
    return "Postern's endpoints";
  }

  /// Makes sure that the JDK has found it; otherwise connections could go where they should not.
  /// (It also is not asked when the property `jdk.net.hosts.file` is set.)
  static void require() {
    try {
      // Nobody is asked for this name but the filter, which knows it.
      InetAddress[] found = InetAddress.getAllByName(PROBE);
      if (found.length == 1 && found[0].isLoopbackAddress()) {
        return;
      }
    } catch (UnknownHostException _) {
      // The JDK's own look-up does not know it.
    }
    throw new IllegalStateException(
        "Java does not ask Postern's resolver, so no endpoint's address can be checked; keep"
            + " META-INF/services in its jar, and the property jdk.net.hosts.file unset");
  }

  /// The look-up itself.
  ///
  /// @param builtin the JDK's own
  /// @param names of endpoints
  record Filter(InetAddressResolver builtin, EndpointNames names) implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      boolean isProbe = host.equals(PROBE) || host.endsWith("." + PROBE);
      List<InetAddress> addresses =
          isProbe
              ? List.of(InetAddress.getLoopbackAddress())
              : builtin.lookupByName(host, policy).toList();
      return names.admit(host, addresses).stream();
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      return builtin.lookupByAddress(address);
    }
  }
}
