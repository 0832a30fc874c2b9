package io.postern.tls;

import java.nio.file.Path;

/// Where the certificate is.
///
/// @param hostName the name that peers connect to, as an A-label
/// @param certificate a PEM file: the gateway's certificate, and behind it those that lead to its
///   authority
/// @param key a PEM file with the private key; may be the same file
/// @param selfMade true when nobody configured a certificate: the gateway makes one, which nobody
///   vouches for, and keeps both in the one file
public record Settings(String hostName, Path certificate, Path key, boolean selfMade) {
  private static final String SELF_MADE = "self-signed.pem";

  /// Those of a certificate that somebody looks after.
  public static Settings files(String hostName, Path certificate, Path key) {
    return new Settings(hostName, certificate, key, false);
  }

  /// Those of a certificate that the gateway makes.
  ///
  /// @param stateFolder where it is kept
  public static Settings selfMade(String hostName, Path stateFolder) {
    Path file = stateFolder.resolve(SELF_MADE);
    return new Settings(hostName, file, file, true);
  }
}
