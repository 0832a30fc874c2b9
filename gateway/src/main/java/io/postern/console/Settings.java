package io.postern.console;

import java.net.InetSocketAddress;

/// Where the console listens.
///
/// @param listen a loopback address; port 0 takes a free one
public record Settings(InetSocketAddress listen) {
  public Settings {
    if (listen.isUnresolved() || !listen.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("the console listens on loopback only");
    }
  }
}
