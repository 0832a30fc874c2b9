package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WireTest {
  @Test
  void holdsABigBlockForAMessageOnlyAndASmallOneForMostCommands() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket peer = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      Wire wire = new Wire(accepted, Doors.patience(Doors.LONG), false);
      assertEquals(0, wire.block().length);

      peer.getOutputStream().write("DATA\r\ntext".getBytes(StandardCharsets.US_ASCII));
      assertEquals(new Line.Text("DATA"), wire.line(true));
      takeAll(wire, 4);
      peer.getOutputStream().write(new byte[100]);
      takeAll(wire, 100);
      assertEquals(Wire.BLOCK_BYTES, wire.block().length);

      peer.getOutputStream().write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
      assertEquals(new Line.Text("NOOP"), wire.line(true));
      assertEquals(Wire.FIRST_BYTES, wire.block().length);

      String pipelined = "RCPT TO:<bob@example.com>\r\n".repeat(100);
      peer.getOutputStream().write(pipelined.getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 100; i++) {
        assertEquals(new Line.Text("RCPT TO:<bob@example.com>"), wire.line(true));
      }
      String longest = "X".repeat(Wire.LINE_MAX - 2);
      peer.getOutputStream().write((longest + "\r\n").getBytes(StandardCharsets.US_ASCII));
      assertEquals(new Line.Text(longest), wire.line(true));
      assertEquals(Wire.LINES_BYTES, wire.block().length);
      assertTrue(Wire.LINES_BYTES > Wire.LINE_MAX, "a line fits");
    }
  }

  private static void takeAll(Wire wire, int bytes) {
    int left = bytes;
    while (left > 0) {
      assertEquals(Wire.Fill.BYTES, wire.awaitMore());
      int taken = Math.min(left, wire.to() - wire.from());
      wire.consumeTo(wire.from() + taken);
      left -= taken;
    }
  }
}
