package io.postern.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Arrays;
import javax.crypto.spec.PBEParameterSpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/// Our side of TLS with one certificate: TLS 1.2 and 1.3 (RFC 9325 §3.1), and of the cipher suites
/// that are Java's default those with a key of their own for each session. Left out are
///
/// - `TLS_RSA_*` and `TLS_ECDH_*`: who gets the certificate's key reads all recorded mail;
/// - `TLS_DHE_*`: costs us many times what it costs who asks for it, and whoever knows it also
///   knows ECDHE;
/// - CBC with SHA-1: everything that speaks TLS 1.2 knows better.
///
/// CBC with SHA-256 and SHA-384 stays, behind all others: with an RSA certificate it is all that
/// Windows Server 2012 R2 has with ECDHE, and a peer without a common suite falls back to clear
/// text. Clients are asked for no certificate.
final class ServerTls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /// Sessions that a peer may take up again without a full handshake; those with a ticket, which is
  /// most, cost no memory.
  private static final int RESUMABLE_MAX = 1_000;

  private static final int RESUMABLE_SECONDS = 3_600;

  /// The least that PKCS #5 has (RFC 8018 §4.1).
  private static final int SALT_BYTES = 8;

  private final SSLContext context;
  private final SSLParameters parameters;

  /// @throws GeneralSecurityException when this Java can't use the key or the certificate
  ServerTls(Identity identity) throws GeneralSecurityException {
    context = SSLContext.getInstance("TLS");
    context.init(keys(identity).getKeyManagers(), new TrustManager[0], null);
    context.getServerSessionContext().setSessionCacheSize(RESUMABLE_MAX);
    context.getServerSessionContext().setSessionTimeout(RESUMABLE_SECONDS);
    String[] suites =
        Arrays.stream(context.getDefaultSSLParameters().getCipherSuites())
            .filter(ServerTls::isSound)
            .toArray(String[]::new);
    parameters = new SSLParameters(suites, PROTOCOLS);
    parameters.setUseCipherSuitesOrder(true);
  }

  private static KeyManagerFactory keys(Identity identity) throws GeneralSecurityException {
    // Never leaves memory, so its password protects nothing: one round to make a key of it, and not
    // ten thousand at every start.
    char[] password = {};
    KeyStore.ProtectionParameter protection =
        new KeyStore.PasswordProtection(
            password, "PBEWithHmacSHA256AndAES_256", new PBEParameterSpec(new byte[SALT_BYTES], 1));
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, password);
    } catch (IOException e) {
      throw new IllegalStateException("an empty store is read from nowhere", e);
    }
    Certificate[] chain = identity.chain().toArray(Certificate[]::new);
    store.setEntry("own", new KeyStore.PrivateKeyEntry(identity.key(), chain), protection);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    return keys;
  }

  /// Suites of TLS 1.3 have no key exchange in their names, and are all sound.
  static boolean isSound(String suite) {
    return !suite.contains("_WITH_")
        || (suite.startsWith("TLS_ECDHE_")
            && (suite.endsWith("_SHA256") || suite.endsWith("_SHA384")));
  }

  /// A new session's engine.
  SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setSSLParameters(parameters);
    return engine;
  }
}
