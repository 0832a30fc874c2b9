package io.postern.smtp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// A whole session without a network: what the peer sends is there at once, in pieces of any size,
/// and then the peer hangs up. Thousands of them take a second.
final class Talk {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final List<Integer> writes = new ArrayList<>();

  /// Holds it, on this thread.
  ///
  /// @param torn how much of what could be read at once is read, in bytes, at least 1
  static Talk hold(byte[] sent, Settings settings, Receiver receiver, IntUnaryOperator torn)
      throws Exception {
    Talk talk = new Talk();
    talk.said.writeBytes("220 mx.example.com ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
    try (Socket socket = talk.socket(pieces(sent, torn))) {
      Conversation conversation =
          new Conversation(
              "session",
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 25),
              new Wire(socket, settings.patience(), false),
              new Conversation.Terms(
                  settings,
                  receiver,
                  Encryption.none(),
                  false,
                  MessageReader.DISCARD_MAX,
                  new Score()));
      conversation.run();
      conversation.over();
    }
    return talk;
  }

  /// All that the door said, as lines, with a greeting in front as the listener gives it.
  List<String> said() {
    return said.toString(StandardCharsets.US_ASCII).lines().toList();
  }

  /// How many lines each write held.
  List<Integer> writes() {
    return writes;
  }

  private static InputStream pieces(byte[] bytes, IntUnaryOperator torn) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] block, int offset, int length) {
        return super.read(block, offset, torn.applyAsInt(length));
      }
    };
  }

  private Socket socket(InputStream in) {
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            said.write(bytes, offset, length);
            int lines = 0;
            for (int i = offset; i < offset + length; i++) {
              lines += bytes[i] == '\n' ? 1 : 0;
            }
            writes.add(lines);
          }
        };
    return new Socket() {
      @Override
      public InputStream getInputStream() {
        return in;
      }

      @Override
      public OutputStream getOutputStream() {
        return out;
      }
    };
  }
}
