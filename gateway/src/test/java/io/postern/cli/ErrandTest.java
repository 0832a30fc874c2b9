package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.console.Token;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteStore;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An order to a gateway that does not do as it should.
final class ErrandTest {
  @TempDir private Path folder;

  @BeforeEach
  void run() throws Exception {
    Path data = folder.resolve("data");
    SqliteStore.open(Settings.of(data.resolve("postern.db"), 0), Main.CLOCK).close();
    Token.make(data, new Random(1));
  }

  @Test
  void anOrderIsSentOnceThoughTheGatewayHangsUp() throws Exception {
    try (Scripted gateway = new Scripted("", false)) {
      assertMayBeHalfDone(block(gateway));
      assertEquals(1, gateway.orders.get());
    }
  }

  @Test
  void aGatewayThatStopsAmidAnOrderIsNotTakenForNone() throws Exception {
    try (Scripted gateway = new Scripted("", true)) {
      assertMayBeHalfDone(block(gateway));
      assertEquals(1, gateway.orders.get());
    }
    assertEquals("no sender is blocked", run("block", "list").out().strip());
  }

  @Test
  void anAnswerThatBreaksOffIsNoAnswer() throws Exception {
    try (Scripted gateway =
        new Scripted("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n1 0", true)) {
      assertMayBeHalfDone(block(gateway));
    }
  }

  @Test
  void aRefusalIsTold() throws Exception {
    String unauthorized = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    try (Scripted gateway = new Scripted(unauthorized, false)) {
      Answer refused = block(gateway);
      assertEquals(1, refused.code());
      assertEquals("postern: the gateway refused, status 401", refused.err().strip());
      assertEquals(1, gateway.orders.get());
    }
  }

  @Test
  void whereNobodyListensTheCommandActsItself() throws Exception {
    Scripted gateway = new Scripted("", false);
    gateway.close();
    assertEquals(0, block(gateway).code());
    assertTrue(run("block", "list").out().startsWith("example.org  blocked since"));
  }

  /// It would be the caller's, and the service could not open it.
  @Test
  void whereNoGatewayHasRunTheCommandMakesNoStore() throws Exception {
    Scripted gateway = new Scripted("", false);
    gateway.close();
    Path database = folder.resolve("data/postern.db");
    Files.delete(database);
    Answer answer = block(gateway);
    assertEquals(1, answer.code());
    assertTrue(answer.err().startsWith("postern: There is no database at "), answer.err());
    assertFalse(Files.exists(database));
  }

  private static void assertMayBeHalfDone(Answer answer) {
    assertEquals(1, answer.code());
    assertTrue(answer.err().contains("it may be half done"), answer.err());
    assertEquals(1, answer.err().lines().count(), answer.err());
  }

  private Answer block(Scripted gateway) throws IOException {
    Files.writeString(
        folder.resolve("postern.yaml"),
        """
        hostname: mx.example.com
        domains: [in.example.com]
        rules: rules
        smtp: { listen: ["127.0.0.1:0"] }
        store: { sqlite: data/postern.db }
        console: { listen: "127.0.0.1:%d" }
        """
            .formatted(gateway.port));
    return run("block", "add", "example.org");
  }

  private Answer run(String... arguments) {
    return Answer.to(folder.resolve("postern.yaml"), arguments);
  }

  /// Takes orders, says the same to each, and hangs up.
  private static final class Scripted implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
    private final int port = door.getLocalPort();
    private final AtomicInteger orders = new AtomicInteger();
    private final String answer;
    private final boolean stops;

    /// @param stops whether nobody listens any more when it hangs up
    Scripted(String answer, boolean stops) throws IOException {
      this.answer = answer;
      this.stops = stops;
      Thread.ofPlatform().daemon().start(this::serve);
    }

    private void serve() {
      while (true) {
        try (Socket caller = door.accept()) {
          read(new DataInputStream(caller.getInputStream()));
          orders.incrementAndGet();
          if (stops) {
            door.close();
          }
          caller.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException _) {
          // The test has closed the door, or this has.
          return;
        }
      }
    }

    /// What is not read before the end would make it a reset.
    private static void read(DataInputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.readUnsignedByte());
      }
      int length =
          head.toString()
              .toLowerCase(Locale.ROOT)
              .lines()
              .filter(line -> line.startsWith("content-length:"))
              .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
              .findFirst()
              .orElseThrow();
      in.readFully(new byte[length]);
    }

    @Override
    public void close() throws IOException {
      // Its thread ends with it.
      door.close();
    }
  }
}
