package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// What the door and SubEthaSMTP write to the log, at its most talkative.
@Timeout(120)
final class SessionLogTest {
  private static final List<String> LOGGERS = List.of("io.postern.smtp", "org.subethamail");

  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          events.add(event);
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    for (String name : LOGGERS) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      logger.setLevel(Level.TRACE);
      logger.setAdditive(false);
      logger.addAppender(appender);
    }
  }

  @AfterEach
  void stopListening() {
    for (String name : LOGGERS) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      logger.setLevel(null);
      logger.setAdditive(true);
      logger.detachAppender(appender);
    }
  }

  @Test
  void writesOneLineASessionAndNothingOfItsMail() throws Exception {
    RecordingReceiver receiver = new RecordingReceiver();
    try (Listener listener = Doors.open(receiver);
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.ask("MAIL FROM:<alice@example.net>");
      peer.ask("RCPT TO:<unknown@example.com>");
      peer.ask("RCPT TO:<bob@example.com>");
      peer.ask("DATA");
      peer.ask("Subject: classified\r\n\r\nclassified\r\n.");
      peer.ask("QUIT");
    }
    List<String> told = ours(Level.INFO).stream().filter(l -> l.startsWith("session ")).toList();
    assertEquals(1, told.size(), told::toString);
    assertTrue(
        told.getFirst()
            .matches(
                "session ended session=[0-9a-z]{26} ip=127\\.0\\.0\\.1 helo=client\\.example\\.net"
                    + " commands=5 refusals=1 messages=1 bytes=35 why=QUIT"),
        told.getFirst());
    for (ILoggingEvent event : events) {
      assertFalse(text(event).contains("classified"), event.toString());
      assertFalse(text(event).contains("alice"), event.toString());
    }
  }

  @Test
  void tellsOfEncryptionAndOfWhyItFailedInTheOneLine() throws Exception {
    try (Listener listener =
        Doors.open(
            Doors.settings(Doors.LONG, 50), new RecordingReceiver(), TestTls.shared()::engine)) {
      try (RawPeer peer = new RawPeer(listener).hello()) {
        peer.send("STARTTLS\r\nNOOP\r\n");
        peer.line();
        peer.encrypt();
        peer.ask("QUIT");
      }
      try (RawPeer peer = new RawPeer(listener).hello()) {
        peer.ask("STARTTLS");
        peer.send("QUIT\r\n");
        peer.rest();
      }
    }
    // The two sessions may end in either order.
    List<String> told =
        ours(Level.INFO).stream().filter(line -> line.startsWith("session ")).sorted().toList();
    assertEquals(2, told.size(), told::toString);
    assertEquals(
        1,
        told.stream()
            .filter(line -> line.matches(".* why=QUIT tls=TLSv1.3 TLS_.* discarded=6"))
            .count(),
        told::toString);
    assertEquals(
        1,
        told.stream().filter(line -> line.contains(" why=HANDSHAKE fault=")).count(),
        told::toString);
    for (ILoggingEvent event : events) {
      assertTrue(event.getLevel().toInt() < Level.WARN_INT, event.toString());
    }
  }

  @Test
  void turnsTheCrankOnceASession() throws Exception {
    try (Listener listener = Doors.open(new RecordingReceiver());
        RawPeer peer = new RawPeer(listener).hello()) {
      for (int i = 0; i < 5; i++) {
        peer.ask("NOOP");
      }
      peer.ask("QUIT");
    }
    assertEquals(
        List.of("Client: NEXT"),
        events.stream().map(SessionLogTest::text).filter(l -> l.startsWith("Client: ")).toList());
  }

  @Test
  void isCalmAboutPeersThatHangUp() throws Exception {
    RecordingReceiver receiver = new RecordingReceiver();
    Settings impatient = Doors.settings(Duration.ofMillis(300), 50);
    try (Listener listener = Doors.open(impatient, receiver);
        RawPeer idle = new RawPeer(listener)) {
      assertEquals(2, idle.rest().size());
    }
    try (Listener listener = Doors.open(receiver)) {
      try (RawPeer monitor = new RawPeer(listener)) {
        monitor.line();
      }
      for (String part :
          List.of("NO", "NOOP\r\n", "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nhal")) {
        try (RawPeer peer = new RawPeer(listener).hello()) {
          peer.send(part);
          peer.socket.setSoLinger(true, 0);
        }
      }
      try (RawPeer bare = new RawPeer(listener).hello();
          RawPeer strange = new RawPeer(listener).hello()) {
        strange.send(new byte[] {(byte) 0xc3, (byte) 0xff, '\r', '\n'}).send("QUIT\r\n");
        bare.send("NOOP\n");
        assertEquals(1, bare.rest().size());
        assertEquals(2, strange.rest().size());
      }
      Doors.until(() -> listener.sessions() == 0);
    }
    for (ILoggingEvent event : events) {
      assertTrue(event.getLevel().toInt() < Level.WARN_INT, event.toString());
      assertNull(event.getThrowableProxy(), event.toString());
    }
    assertTrue(ours(Level.DEBUG).stream().anyMatch(line -> line.endsWith("why=CLOSED")));
    assertTrue(ours(Level.INFO).stream().anyMatch(line -> line.endsWith("why=BARE_LINE_END")));
  }

  private List<String> ours(Level level) {
    return events.stream()
        .filter(e -> e.getLoggerName().startsWith("io.postern") && e.getLevel().equals(level))
        .map(SessionLogTest::text)
        .toList();
  }

  private static String text(ILoggingEvent event) {
    StringBuilder text = new StringBuilder(event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      event
          .getKeyValuePairs()
          .forEach(p -> text.append(' ').append(p.key).append('=').append(p.value));
    }
    return text.toString();
  }
}
