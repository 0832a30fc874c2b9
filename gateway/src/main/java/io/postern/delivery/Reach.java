package io.postern.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// A connection as the HTTP client makes one, for nothing but to see that it can be had: name,
/// network, and where the URL asks for it TLS with the certificate checked.
final class Reach {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private Reach() {}

  /// Connects, and hangs up.
  ///
  /// @param timeout how long each step may wait
  static void connect(URI url, SSLContext trust, Duration timeout) throws IOException {
    boolean isEncrypted = url.getScheme().equals("https");
    int usual = isEncrypted ? HTTPS_PORT : HTTP_PORT;
    int port = url.getPort() < 0 ? usual : url.getPort();
    int waitMs = Math.toIntExact(timeout.toMillis());
    String host = url.getHost();
    // All names are looked up through the resolver, which leaves out what may not be posted to.
    InetAddress address = InetAddress.getAllByName(host)[0];
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), waitMs);
      socket.setSoTimeout(waitMs);
      if (isEncrypted) {
        shakeHands(socket, host, port, trust);
      }
    }
  }

  private static void shakeHands(Socket socket, String host, int port, SSLContext trust)
      throws IOException {
    try (SSLSocket tls =
        (SSLSocket) trust.getSocketFactory().createSocket(socket, host, port, true)) {
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
    }
  }
}
