package io.postern.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;

/// A way to a door on which no packet stays whole: whatever one side sends reaches the other in
/// pieces of any size, in order. For one connection.
final class TearingNetwork implements AutoCloseable {
  private final ServerSocket entrance;

  TearingNetwork(InetSocketAddress exit) throws IOException {
    entrance = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> carry(exit));
  }

  /// Where to connect.
  InetSocketAddress address() {
    return (InetSocketAddress) entrance.getLocalSocketAddress();
  }

  private void carry(InetSocketAddress exit) {
    try (Socket near = entrance.accept();
        Socket far = new Socket(exit.getAddress(), exit.getPort())) {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> tear(far, near, 2));
      tear(near, far, 1);
      back.join();
    } catch (IOException | InterruptedException _) {
      // The test has ended, or sees by itself that nothing comes.
    }
  }

  private static void tear(Socket from, Socket to, long seed) {
    Random random = new Random(seed);
    byte[] piece = new byte[700];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int length;
      while ((length = in.read(piece, 0, 1 + random.nextInt(piece.length))) >= 0) {
        out.write(piece, 0, length);
      }
      to.shutdownOutput();
    } catch (IOException _) {
      // One side has closed.
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
  }
}
