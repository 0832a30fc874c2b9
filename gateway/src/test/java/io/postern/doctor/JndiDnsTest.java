package io.postern.doctor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The JDK's client with a name server of the test's own (RFC 1035 §4).
final class JndiDnsTest {
  private static final int NAME_ERROR = 3;

  private DatagramSocket server;

  @BeforeEach
  void open() throws Exception {
    server = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void recordsComeAsText() throws Exception {
    Dns dns = serve();
    assertEquals(List.of("192.0.2.7"), dns.records("mx.example.com", Dns.Type.A));
    assertEquals(List.of("10 mx.example.com."), dns.records("in.example.com", Dns.Type.MX));
  }

  @Test
  void whatIsNotThereIsEmpty() throws Exception {
    Dns dns = serve();
    assertEquals(List.of(), dns.records("mx.example.com", Dns.Type.AAAA));
    assertEquals(List.of(), dns.records("nobody.example.com", Dns.Type.A));
  }

  @Test
  void aServerThatIsNotThereIsAFault() throws Exception {
    int port = server.getLocalPort();
    server.close();
    IOException fault =
        assertThrows(
            IOException.class,
            () -> JndiDns.of("127.0.0.1", port).records("mx.example.com", Dns.Type.A));
    assertEquals(true, fault.getMessage().startsWith("DNS doesn't tell A of mx.example.com: "));
  }

  private Dns serve() {
    Thread.ofPlatform().daemon().start(this::answerAll);
    return JndiDns.of("127.0.0.1", server.getLocalPort());
  }

  private void answerAll() {
    try {
      while (true) {
        DatagramPacket question = new DatagramPacket(new byte[512], 512);
        server.receive(question);
        byte[] answer = answer(question.getData());
        server.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      }
    } catch (IOException _) {
      // The test is over.
    }
  }

  private static byte[] answer(byte[] question) {
    StringBuilder name = new StringBuilder();
    int at = 12;
    while (question[at] != 0) {
      name.append(new String(question, at + 1, question[at], US_ASCII)).append('.');
      at += question[at] + 1;
    }
    int type = question[at + 2];
    int end = at + 5;
    // Of 15, MX: preference 10 and "mx" before the name of the question from "example" on.
    String data =
        switch (name + " " + type) {
          case "mx.example.com. 1" -> "c0000207";
          case "in.example.com. 15" -> "000a026d78c00f";
          default -> "";
        };
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.write(question, 0, 2);
    int code = name.toString().startsWith("nobody") ? NAME_ERROR : 0;
    answer.writeBytes(new byte[] {(byte) 0x84, (byte) (0x80 | code), 0, 1});
    answer.writeBytes(new byte[] {0, (byte) (data.isEmpty() ? 0 : 1), 0, 0, 0, 0});
    answer.write(question, 12, end - 12);
    if (!data.isEmpty()) {
      byte[] bytes = HexFormat.of().parseHex(data);
      answer.writeBytes(new byte[] {(byte) 0xc0, 12, 0, (byte) type, 0, 1, 0, 0, 0, 60, 0});
      answer.write(bytes.length);
      answer.writeBytes(bytes);
    }
    return answer.toByteArray();
  }
}
