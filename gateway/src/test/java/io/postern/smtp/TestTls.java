package io.postern.smtp;

import io.postern.fixture.Certificates;
import io.postern.tls.LiveCertificate;
import io.postern.tls.Settings;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;

/// Both ends of TLS for tests: a door's engines, as the gateway makes them, and clients that trust
/// its certificate.
record TestTls(LiveCertificate certificate, SSLContext client) {
  private static final TestTls SHARED = of(Certificates.ec("mx.example.com"));

  /// One with an EC key. Making it takes a moment, so most tests share it.
  static TestTls shared() {
    return SHARED;
  }

  static TestTls of(Certificates.Made made) {
    try {
      Path file = Files.createTempFile("certificate", ".pem");
      try {
        Files.writeString(file, made.certificatePem() + made.keyPem());
        LiveCertificate live =
            new LiveCertificate(
                Settings.files("mx.example.com", file, file),
                () -> Instant.parse("2026-11-22T06:00:00Z"),
                new Random(1));
        live.start();
        return new TestTls(live, made.trusting());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// A server's engine.
  Optional<SSLEngine> engine() {
    return certificate.engine();
  }

  /// A client on an open connection.
  SSLSocket over(Socket socket, String protocol) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            client
                .getSocketFactory()
                .createSocket(socket, "mx.example.com", socket.getPort(), true);
    secure.setEnabledProtocols(new String[] {protocol});
    return secure;
  }
}
