package io.postern.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Sends one letter as a peer would (RFC 5321 §3), and prints what both sides say. For one thread;
/// a second one, virtual, closes the socket when the dialogue takes too long. It speaks to this
/// machine only.
final class SmtpDialogue {
  /// RFC 5321 §4.5.3.1.5 asks for 512; a server may say more, but not without end.
  private static final int REPLY_LINE_MAX = 2000;

  private static final int REPLY_LINES_MAX = 100;
  private static final int SHOWN_MAX = 140;
  private static final int SHOWN_LINES_MAX = 3;
  private static final String INDENT = "    ";

  private final InputStream in;
  private final OutputStream out;
  private final PrintStream screen;
  private final boolean brief;
  private final List<Reply> replies = new ArrayList<>();

  private SmtpDialogue(Socket socket, PrintStream screen, boolean brief) throws IOException {
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
    this.screen = screen;
    this.brief = brief;
  }

  /// A reply of the server.
  ///
  /// @param to the command it answers; empty for the greeting, `.` for the message
  /// @param code the three digits
  /// @param lines the text of each line, code included
  record Reply(String to, int code, List<String> lines) {
    Reply {
      lines = List.copyOf(lines);
    }

    /// The last line, as it is quoted in reports.
    String line() {
      return lines.getLast();
    }

    boolean refuses() {
      return code >= 400;
    }
  }

  /// Sends a letter and says QUIT. After a refusal nothing more is tried.
  ///
  /// @param server on a loopback address
  /// @param screen where the dialogue is printed
  /// @param brief true to leave out what is the same for every letter
  /// @param patience for all of it
  /// @return every reply, in order; the one before the last decided over the letter
  /// @throws IOException when the connection fails, ends early or exceeds the time, or the server
  ///   does not speak SMTP
  static List<Reply> send(
      InetSocketAddress server, Letter letter, PrintStream screen, boolean brief, Duration patience)
      throws IOException {
    if (!server.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("the demo sends to this machine only, not to " + server);
    }
    long until = System.nanoTime() + patience.toNanos();
    CountDownLatch done = new CountDownLatch(1);
    try (Socket socket = new Socket()) {
      Thread.ofVirtual().name("dialogue-deadline").start(() -> closeAt(until, socket, done));
      socket.connect(server, (int) Math.max(1, patience.toMillis()));
      SmtpDialogue dialogue = new SmtpDialogue(socket, screen, brief);
      dialogue.speak(letter);
      return List.copyOf(dialogue.replies);
    } catch (IOException e) {
      // The socket that was closed for its lateness says nothing of the reason.
      throw System.nanoTime() < until
          ? e
          : new IOException("the dialogue was not over after " + patience.toMillis() + " ms", e);
    } finally {
      done.countDown();
    }
  }

  private static void closeAt(long until, Socket socket, CountDownLatch done) {
    try {
      if (!done.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        socket.close();
      }
    } catch (IOException _) {
      // A socket that can't even be closed has nothing left to wait for.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void speak(Letter letter) throws IOException {
    boolean greeted =
        !reply("", !brief).refuses() && !ask("EHLO peer.example.org", !brief).refuses();
    boolean accepted =
        greeted
            && !ask("MAIL FROM:<" + letter.from() + ">", true).refuses()
            && !ask("RCPT TO:<" + letter.to() + ">", true).refuses()
            && !ask("DATA", !brief).refuses();
    if (accepted) {
      message(letter.message());
      reply(".", true);
    }
    ask("QUIT", !brief);
  }

  private Reply ask(String command, boolean shown) throws IOException {
    if (shown) {
      say(command);
    }
    out.write((command + "\r\n").getBytes(US_ASCII));
    out.flush();
    return reply(command, shown);
  }

  /// Full stops at the start of a line are doubled (RFC 5321 §4.5.2).
  private void message(String message) throws IOException {
    String stuffed = message.replace("\r\n.", "\r\n..");
    if (stuffed.startsWith(".")) {
      stuffed = "." + stuffed;
    }
    String end = stuffed.endsWith("\r\n") ? ".\r\n" : "\r\n.\r\n";
    List<String> lines = message.lines().toList();
    int shown = Math.min(lines.size(), brief ? 1 : SHOWN_LINES_MAX);
    lines.subList(0, shown).forEach(this::say);
    say("(" + (lines.size() - shown) + " lines more, " + message.length() + " bytes in all)");
    say(".");
    out.write((stuffed + end).getBytes(US_ASCII));
    out.flush();
  }

  private Reply reply(String to, boolean shown) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean more = true;
    while (more) {
      String line = line();
      if (!line.matches("[2-5][0-9][0-9]([ -].*)?") || lines.size() == REPLY_LINES_MAX) {
        throw new IOException("this is no SMTP reply: " + Screen.line(line, SHOWN_MAX));
      }
      lines.add(line);
      more = line.length() > 3 && line.charAt(3) == '-';
    }
    Reply reply = new Reply(to, Integer.parseInt(lines.getLast().substring(0, 3)), lines);
    replies.add(reply);
    if (shown) {
      show(reply);
    }
    return reply;
  }

  /// A reply of several lines is shown as one.
  private void show(Reply reply) {
    StringBuilder line = new StringBuilder(reply.lines.getFirst());
    for (String more : reply.lines.subList(1, reply.lines.size())) {
      line.append(", ").append(more, Math.min(4, more.length()), more.length());
    }
    screen.println(INDENT + "S: " + Screen.line(line.toString(), SHOWN_MAX));
  }

  private void say(String line) {
    screen.println(INDENT + "C: " + Screen.line(line, SHOWN_MAX));
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the server closed the connection early");
      }
      if (line.size() == REPLY_LINE_MAX) {
        throw new IOException("a reply line of more than " + REPLY_LINE_MAX + " bytes");
      }
      line.write(b);
    }
    String text = line.toString(UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
