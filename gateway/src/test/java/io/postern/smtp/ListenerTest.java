package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class ListenerTest {
  private static final Duration LONG = Doors.LONG;

  private final RecordingReceiver receiver = new RecordingReceiver();

  @Test
  void listensOnSeveralAddressesOfBothFamilies() throws Exception {
    InetAddress six = InetAddress.ofLiteral("::1");
    assumeTrue(NetworkInterface.getByInetAddress(six) != null, "this machine has no IPv6");
    InetSocketAddress four = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    Settings settings = Doors.settings(List.of(four, new InetSocketAddress(six, 0), four));
    try (Listener listener = Doors.open(settings, receiver)) {
      assertEquals(3, new HashSet<>(listener.addresses()).size());
      for (InetSocketAddress address : listener.addresses()) {
        assertTrue(address.getPort() > 0);
        try (RawPeer peer = new RawPeer(address).hello()) {
          sendMail(peer, "hello\r\n");
          RecordingReceiver.Kept mail = receiver.next();
          assertEquals(address.getAddress(), mail.peer().address().getAddress());
          assertEquals(
              mail.peer().ip(),
              mail.peer().address().getHostString(),
              "the name is the address: nothing is left to ask DNS for");
        }
      }
    }
  }

  @Test
  void takesWildcardsOfBothFamiliesForOneAddress() throws Exception {
    try (Socket kept = keep(new InetSocketAddress(0))) {
      int port = kept.getLocalPort();
      List<InetSocketAddress> both =
          List.of(
              new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port),
              new InetSocketAddress(InetAddress.ofLiteral("::"), port));
      try (Listener listener = Doors.open(Doors.settings(both), receiver)) {
        assertEquals(1, listener.addresses().size());
      }
    }
  }

  @Test
  void holdsNoAddressWhenOneIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket kept = keep(Doors.loopback())) {
      int free = kept.getLocalPort();
      List<InetSocketAddress> addresses =
          List.of(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), free),
              (InetSocketAddress) taken.getLocalSocketAddress());
      Settings settings = Doors.settings(addresses);
      IOException e = assertThrows(IOException.class, () -> Doors.open(settings, receiver));
      assertTrue(e.getMessage().contains(":" + taken.getLocalPort() + ":"), e.getMessage());
      try (ServerSocket again = new ServerSocket(free, 1, InetAddress.getLoopbackAddress())) {
        assertTrue(again.isBound());
      }
    }
  }

  /// Keeps a free port for a listener to come. Nobody else is given a port that is bound, and a
  /// socket that doesn't listen is in the way of none that does where both may reuse the address,
  /// as those that listen always may.
  private static Socket keep(InetSocketAddress address) throws IOException {
    Socket kept = new Socket();
    kept.setReuseAddress(true);
    kept.bind(address);
    return kept;
  }

  @Test
  void tellsTheReceiverWhoSpeaksAndInWhichSession() throws Exception {
    try (Listener listener = Doors.open(receiver);
        RawPeer peer = new RawPeer(listener).hello()) {
      String refusal = peer.ask("FOO");
      peer.ask("MAIL FROM:<Alice@Example.NET> SIZE=123");
      peer.ask("RCPT TO:<postMASTER>");
      peer.ask("RCPT TO:<Bob@EXAMPLE.com>");
      peer.ask("DATA");
      peer.ask(".");
      RecordingReceiver.Kept mail = receiver.next();
      assertEquals("[" + mail.session() + "]", refusal.substring(refusal.indexOf('[')));
      assertEquals("client.example.net", mail.peer().helo());
      assertTrue(mail.peer().esmtp());
      assertEquals("", mail.peer().tls());
      assertEquals(peer.socket.getLocalPort(), mail.peer().address().getPort());
      assertEquals(123, mail.declared());
      assertEquals("Alice@example.net", mail.from().text());
      assertEquals(
          List.of("postMASTER@mx.example.com", "Bob@example.com"),
          mail.recipients().stream().map(Object::toString).toList());
    }
  }

  @Test
  void refusesSessionsAboveTheLimitAndTakesThemLater() throws Exception {
    Settings settings = Doors.settings(LONG, 2);
    try (Listener listener = Doors.open(settings, receiver);
        RawPeer first = new RawPeer(listener).hello();
        RawPeer second = new RawPeer(listener).hello()) {
      assertEquals(2, listener.sessions());
      try (RawPeer third = new RawPeer(listener)) {
        List<String> said = third.rest();
        assertEquals(1, said.size());
        assertTrue(
            said.getFirst().matches("421 4\\.7\\.0 Too many sessions.* \\[[0-9a-z]{26}]"),
            said.getFirst());
      }
      assertEquals("221 2.0.0 Bye", first.ask("QUIT"));
      Doors.until(() -> listener.sessions() == 1);
      try (RawPeer fourth = new RawPeer(listener).hello()) {
        assertEquals("250 2.0.0 OK", fourth.ask("NOOP"));
      }
      assertEquals("250 2.0.0 OK", second.ask("NOOP"));
    }
  }

  @Test
  void endsTheSessionOfAnIdlePeer() throws Exception {
    Settings settings = Doors.settings(Duration.ofMillis(200), 50);
    try (Listener listener = Doors.open(settings, receiver);
        RawPeer peer = new RawPeer(listener)) {
      // It says nothing from the beginning: on a busy machine what it says could come too late.
      List<String> said = peer.rest();
      assertEquals(2, said.size(), said::toString);
      assertTrue(said.getLast().startsWith("421 4.4.2 "), said::toString);
    }
  }

  @Test
  void endsTheSessionOfAPeerThatTricklesALine() throws Exception {
    Settings settings = Doors.settings(Duration.ofMillis(400), 50);
    try (Listener listener = Doors.open(settings, receiver);
        RawPeer peer = new RawPeer(listener)) {
      peer.line();
      peer.socket.setSoTimeout(100);
      String said = "";
      for (int i = 0; said.isEmpty(); i++) {
        assertTrue(i < 500, "each byte moved the deadline");
        peer.send("N");
        try {
          said = peer.line();
        } catch (SocketTimeoutException e) {
          // Still waiting for the line; send it one more byte.
        }
      }
      assertTrue(said.startsWith("421 4.4.2 "), said);
    }
  }

  @Test
  void endsAMessageWhosePeerFallsSilent() throws Exception {
    Settings settings = Doors.settings(Duration.ofSeconds(1), 50);
    try (Listener listener = Doors.open(settings, receiver);
        RawPeer peer = new RawPeer(listener)) {
      // All at once, so that it is late with nothing but the rest.
      peer.send(
          "HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nhalf a mess");
      List<String> said = peer.rest();
      assertEquals(6, said.size(), said::toString);
      assertTrue(said.get(4).startsWith("354 "), said::toString);
      assertTrue(said.getLast().startsWith("421 4.4.2 "), said::toString);
    }
    assertNothingKept();
  }

  @Test
  void cutsAPeerThatTakesNoReplies() throws Exception {
    Settings settings =
        new Settings(
            Doors.HOST,
            List.of(Doors.loopback()),
            new Settings.Limits(65_536, 100, 10_000_000, 5),
            Doors.patience(Duration.ofMillis(300)),
            Doors.crowd(50),
            BareLineEnds.REFUSE,
            "https://" + "x".repeat(190));
    try (Listener listener = Doors.open(settings, receiver);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        Socket deaf = new Socket()) {
      deaf.setReceiveBufferSize(4096);
      deaf.connect(listener.addresses().getFirst());
      byte[] helps = "HELP\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
      // Never reads, so the replies fill all buffers and the door can't go on; then it hangs up.
      Future<?> writing =
          threads.submit(
              () -> {
                while (true) {
                  deaf.getOutputStream().write(helps);
                }
              });
      ExecutionException e =
          assertThrows(
              ExecutionException.class, () -> writing.get(LONG.toSeconds(), TimeUnit.SECONDS));
      assertInstanceOf(IOException.class, e.getCause());
      Doors.until(() -> listener.sessions() == 0);
    }
  }

  @Test
  void keepsNothingWhenThePeerHangsUpInAMessage() throws Exception {
    try (Listener listener = Doors.open(receiver)) {
      for (String part : List.of("", "text", "text\r\n", "text\r\n.", "text\r\n.\r")) {
        try (RawPeer peer = new RawPeer(listener).hello()) {
          startMail(peer, "bob");
          peer.send(part);
        }
        try (RawPeer peer = new RawPeer(listener).hello()) {
          startMail(peer, "bob");
          peer.send(part);
          peer.socket.setSoLinger(true, 0);
        }
      }
      Doors.until(() -> listener.sessions() == 0);
    }
    assertEquals(10, receiver.opened.get());
    assertNothingKept();
  }

  @Test
  void answersAPipelinedGroupInOnePacket() throws Exception {
    try (Listener listener = Doors.open(receiver);
        RawPeer peer = new RawPeer(listener).hello()) {
      peer.send(
          "MAIL FROM:<>\r\n" + "RCPT TO:<bob@example.com>\r\n".repeat(10) + "NOOP\r\nDATA\r\n");
      byte[] first = new byte[4096];
      int length = peer.socket.getInputStream().read(first);
      String said = new String(first, 0, length, StandardCharsets.US_ASCII);
      assertEquals(13, said.lines().count(), said);
      assertTrue(said.endsWith("354 End data with <CR><LF>.<CR><LF>\r\n"), said);
    }
  }

  @Test
  void letsNoReplyWaitForAnAcknowledgement() throws Exception {
    Sessions sessions = new Sessions(Doors.settings(LONG, 1), Doors.ids(), System::nanoTime);
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket peer = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      assertTrue(sessions.admit(accepted, false).isPresent());
      assertTrue(accepted.getTcpNoDelay());
      assertFalse(peer.isClosed());
    }
  }

  @Test
  void handsOverBigBlocks() throws Exception {
    String line = "a line of text with a dot in front of each now and then\r\n";
    String content = (line.repeat(9) + "." + line).repeat(100);
    try (Listener listener = Doors.open(receiver);
        RawPeer peer = new RawPeer(listener).hello()) {
      startMail(peer, "bob");
      peer.send(content.replace("\r\n.", "\r\n..") + ".\r\n");
      RecordingReceiver.Kept mail = receiver.next();
      assertEquals(content, mail.content());
      assertTrue(mail.blocks() <= 20, mail.blocks() + " blocks for " + content.length());
    }
  }

  @Test
  void tellsTheReceiverThatAMessageIsUnfit() throws Exception {
    try (Listener listener = Doors.open(receiver);
        RawPeer peer = new RawPeer(listener).hello()) {
      startMail(peer, "bob");
      peer.send("one\n.\ntwo\r\n.\r\n");
      assertTrue(peer.line().startsWith("550 5.6.0 "));
      startMail(peer, "bob");
      peer.send("0123456789\r\n".repeat(6000) + ".\r\n");
      assertTrue(peer.line().startsWith("552 5.3.4 "));
    }
    assertEquals(List.of(550, 552), receiver.unfit.stream().map(Reply::code).toList());
    assertTrue(receiver.bytesMost.get() <= 65_536, "was given more than the limit");
    assertNothingKept();
  }

  @Test
  void takesMailOfManySessionsAtOnce() throws Exception {
    int sessions = 20;
    int mails = 20;
    try (Listener listener = Doors.open(receiver);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> ends = new ArrayList<>();
      for (int s = 0; s < sessions; s++) {
        int session = s;
        ends.add(
            threads.submit(
                () -> {
                  try (RawPeer peer = new RawPeer(listener).hello()) {
                    for (int m = 0; m < mails; m++) {
                      sendMail(peer, "mail " + session + "." + m + "\r\n");
                    }
                    return true;
                  }
                }));
      }
      for (Future<Boolean> end : ends) {
        assertTrue(end.get(LONG.toSeconds(), TimeUnit.SECONDS));
      }
    }
    Set<String> contents = new HashSet<>();
    receiver.kept.forEach(mail -> contents.add(mail.content()));
    assertEquals(sessions * mails, receiver.kept.size());
    assertEquals(sessions * mails, contents.size());
  }

  @Test
  void saysGoodbyeToIdleSessionsWhenItCloses() throws Exception {
    Listener listener = Doors.open(receiver);
    try (listener;
        RawPeer fresh = new RawPeer(listener);
        RawPeer greeted = new RawPeer(listener).hello();
        RawPeer between = new RawPeer(listener).hello()) {
      fresh.line();
      sendMail(between, "hello\r\n");
      long start = System.nanoTime();
      listener.close();
      for (RawPeer peer : List.of(fresh, greeted, between)) {
        List<String> said = peer.rest();
        assertEquals(1, said.size());
        assertTrue(said.getFirst().startsWith("421 4.3.2 "), said::toString);
      }
      assertTrue(System.nanoTime() - start < LONG.dividedBy(2).toNanos(), "it waited to drain");
      assertEquals(0, listener.sessions());
      assertThrows(IOException.class, () -> new RawPeer(listener).close());
      listener.close();
    }
  }

  @Test
  void letsTransactionsEndWhenItCloses() throws Exception {
    Listener listener = Doors.open(receiver);
    try (listener;
        RawPeer slow = new RawPeer(listener).hello();
        RawPeer writing = new RawPeer(listener).hello();
        RawPeer opened = new RawPeer(listener).hello();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      startMail(slow, "slow");
      slow.send("slow\r\n.\r\n");
      assertTrue(receiver.waiting.await(LONG.toSeconds(), TimeUnit.SECONDS));
      startMail(writing, "bob");
      writing.send("first half, ");
      opened.ask("MAIL FROM:<>");

      Future<?> close = threads.submit(listener::close);
      Doors.until(() -> refusesConnections(listener));
      assertFalse(close.isDone());
      writing.send("second half\r\n.\r\n");
      receiver.release.countDown();
      opened.ask("RCPT TO:<bob@example.com>");
      opened.ask("DATA");
      opened.send("late\r\n.\r\n");

      for (RawPeer peer : List.of(slow, writing, opened)) {
        List<String> said = peer.rest();
        assertEquals("250 2.0.0 kept", said.getFirst());
        assertTrue(said.getLast().startsWith("421 4.3.2 "), said::toString);
      }
      close.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
    assertEquals(3, receiver.kept.size());
  }

  @Test
  void cutsTransactionsThatOutlastTheTimeForDraining() throws Exception {
    Settings.Patience patience =
        new Settings.Patience(LONG, Duration.ofMinutes(10), 500, LONG, Duration.ofMillis(200));
    Listener listener =
        Doors.open(Doors.settings(Doors.LIMITS, patience, Doors.crowd(50)), receiver);
    try (listener;
        RawPeer writing = new RawPeer(listener).hello();
        RawPeer opened = new RawPeer(listener).hello();
        RawPeer slow = new RawPeer(listener).hello()) {
      startMail(writing, "bob");
      writing.send("half a mess");
      opened.ask("MAIL FROM:<>");
      startMail(slow, "slow");
      slow.send("slow\r\n.\r\n");
      assertTrue(receiver.waiting.await(LONG.toSeconds(), TimeUnit.SECONDS));
      listener.close();
      for (RawPeer peer : List.of(writing, opened)) {
        List<String> said = peer.rest();
        assertTrue(said.getFirst().startsWith("421 4.3.2 "), said::toString);
      }
      assertEquals(List.of(), slow.rest(), "no reply: the peer must try again");
      receiver.release.countDown();
      receiver.next();
    }
    Doors.until(() -> receiver.closed.get() == receiver.opened.get());
    assertNothingKept();
  }

  private void assertNothingKept() {
    assertEquals(List.of(), List.copyOf(receiver.kept));
    assertEquals(receiver.opened.get(), receiver.closed.get());
    assertEquals(0, receiver.closedTwice.get());
  }

  private static boolean refusesConnections(Listener listener) {
    try (RawPeer peer = new RawPeer(listener)) {
      return peer.socket.isClosed();
    } catch (IOException e) {
      return true;
    }
  }

  private static void startMail(RawPeer peer, String local) throws IOException {
    peer.send("MAIL FROM:<>\r\nRCPT TO:<" + local + "@example.com>\r\nDATA\r\n");
    assertEquals(List.of(250, 250, 354), List.of(peer.code(), peer.code(), peer.code()));
  }

  private static void sendMail(RawPeer peer, String content) throws IOException {
    startMail(peer, "bob");
    assertEquals("250 2.0.0 kept", peer.send(content + ".\r\n").line());
  }
}
