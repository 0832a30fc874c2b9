package io.postern.feed;

import java.nio.file.Path;
import java.util.Set;

/// Where the subscribers are, and where they may be posted to.
///
/// @param folder the folder of the subscriber files
/// @param httpHosts host names and addresses, in lower case and without brackets, that may be
///   reached by plain http; loopback always may
/// @param privateAllowed false to refuse URLs with literal addresses of private networks
public record Settings(Path folder, Set<String> httpHosts, boolean privateAllowed) {
  public Settings {
    httpHosts = Set.copyOf(httpHosts);
  }
}
