package io.postern.smtp;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;

/// A peer on a raw socket that says exactly what a test makes it say. Text is UTF-8; each wait is
/// at most [Doors#LONG].
final class RawPeer implements AutoCloseable {
  final Socket socket;
  private Socket speaking;
  private InputStream in;

  RawPeer(Listener listener) throws IOException {
    this(listener.addresses().getFirst());
  }

  RawPeer(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) Doors.LONG.toMillis());
    speaking = socket;
    in = new BufferedInputStream(socket.getInputStream());
  }

  /// Turns to TLS, with the certificate that tests share.
  RawPeer encrypt() throws IOException {
    return encrypt("TLSv1.3");
  }

  RawPeer encrypt(String protocol) throws IOException {
    SSLSocket secure = TestTls.shared().over(socket, protocol);
    secure.startHandshake();
    speaking = secure;
    in = new BufferedInputStream(secure.getInputStream());
    return this;
  }

  /// The session that was agreed on.
  SSLSocket secure() {
    return (SSLSocket) speaking;
  }

  /// Sends text as it is.
  RawPeer send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawPeer send(byte[] bytes) throws IOException {
    speaking.getOutputStream().write(bytes);
    return this;
  }

  /// The next line without CRLF.
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new AssertionError("connection ended after: " + line);
      }
      line.append((char) b);
      if (line.length() > 1 && line.substring(line.length() - 2).equals("\r\n")) {
        return line.substring(0, line.length() - 2);
      }
      if (line.length() > 512) {
        throw new AssertionError("reply line too long: " + line);
      }
    }
  }

  /// The next reply, all of its lines.
  List<String> reply() throws IOException {
    List<String> lines = new ArrayList<>();
    do {
      lines.add(line());
    } while (lines.getLast().charAt(3) == '-');
    return lines;
  }

  /// The code of the next reply.
  int code() throws IOException {
    return Integer.parseInt(reply().getFirst().substring(0, 3));
  }

  /// Sends a line and gives the last line of the reply.
  String ask(String line) throws IOException {
    return send(line + "\r\n").reply().getLast();
  }

  /// Takes the greeting and says EHLO.
  RawPeer hello() throws IOException {
    line();
    ask("EHLO client.example.net");
    return this;
  }

  /// Everything until the connection ends, as lines.
  List<String> rest() throws IOException {
    String all;
    try {
      all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketException e) {
      all = "";
    }
    return all.isEmpty() ? List.of() : List.of(all.split("\r\n"));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
