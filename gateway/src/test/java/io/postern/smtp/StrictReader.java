package io.postern.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads once more what a peer sent, by plain searches over the whole of it, and compares: which
/// replies answer which commands, where each message ends, and what must have been kept. It shares
/// no code with the door, and so no mistakes.
///
/// Only what a command means for boundaries is known here; whether a MAIL was to be refused, say,
/// is taken from the reply.
final class StrictReader {
  private static final Pattern REPLY = Pattern.compile("[2-5][0-9][0-9][ -][ -~]*");
  private static final Pattern BDAT = Pattern.compile("(?i)BDAT(?: (.*))?");

  /// BDAT with anything behind it but more of a word.
  private static final Pattern ODD_BDAT = Pattern.compile("(?is)BDAT(?![A-Z]).*");

  private static final Pattern OCTETS = Pattern.compile("0*([0-9]+)(?: +(.*)| *)");
  private static final Pattern BARE_CR = Pattern.compile("\r(?!\n)");
  private static final Pattern ANY_LINE_END = Pattern.compile("\r\n|\r|\n");

  /// A dot alone between two line ends of which one is a bare LF.
  private static final Pattern DOT_LINE = Pattern.compile("(?<!\r)\n\\.(?:\r?\n)|(?<=\r)\n\\.\n");

  /// The same, where the end of the text may be the second line end.
  private static final Pattern LAST_DOT_LINE = Pattern.compile("(?<!\r)\n\\.\\z");

  /// A line longer than this, in bytes, may be given up before its end.
  private static final int LINE_GIVEN_UP = 60_000;

  private static final int LINE_MAX = 1024;
  static final long MESSAGE_MAX = Doors.LIMITS.messageBytesMax();
  private static final long CHUNK_GIVEN_UP = 1L << 30;

  private final String sent;
  private final boolean normalises;
  private final Deque<String> replies = new ArrayDeque<>();
  private final Deque<String> kept;
  private int at;

  /// All octets of BDAT since the transaction began, and whether any of them were refused.
  private final StringBuilder chunks = new StringBuilder();

  private boolean spoilt;

  private StrictReader(byte[] sent, List<String> lines, List<String> kept, BareLineEnds lineEnds) {
    this.sent = new String(sent, StandardCharsets.ISO_8859_1);
    this.normalises = lineEnds == BareLineEnds.NORMALISE;
    this.kept = new ArrayDeque<>(kept);
    for (String line : lines) {
      demand(REPLY.matcher(line).matches(), "not a reply line: " + line);
      if (line.charAt(3) == ' ') {
        replies.add(line);
      }
    }
  }

  /// Compares.
  ///
  /// @param sent all that the peer sent before it hung up
  /// @param lines all that the door said
  /// @param kept the contents of all mails kept, one character a byte
  /// @param lineEnds what the door makes of bare line ends
  /// @throws AssertionError when the door read something else
  static void check(byte[] sent, List<String> lines, List<String> kept, BareLineEnds lineEnds) {
    StrictReader reader = new StrictReader(sent, lines, kept, lineEnds);
    try {
      reader.check();
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; at byte " + reader.at, e);
    }
  }

  private void check() {
    next("220");
    boolean goesOn = true;
    while (goesOn) {
      goesOn = command();
      if (goesOn && !replies.isEmpty() && replies.peek().startsWith("421 4.7.0 Too many")) {
        next("421");
        goesOn = false;
      }
    }
    demand(replies.isEmpty(), "replies to nothing: " + replies);
    demand(kept.isEmpty(), "mails of nothing: " + kept);
  }

  /// Reads one command and what belongs to it.
  ///
  /// @return false when the session ends with it
  private boolean command() {
    int end = lineEnd();
    int length = (end < 0 ? sent.length() : end) - at;
    boolean whole = end >= 0 && end + 1 < sent.length();
    if (length > LINE_GIVEN_UP) {
      boolean givenUp = !whole || !next("50").contains("longer than");
      at = end + 2;
      return !givenUp;
    }
    if (end < 0 || (sent.charAt(end) == '\r' && !whole)) {
      return false;
    }
    if (!sent.startsWith("\r\n", end)) {
      next("500");
      return false;
    }
    String line = sent.substring(at, end);
    boolean isChunk = ODD_BDAT.matcher(line).matches();
    at = end + 2;
    if (length + 2 > LINE_MAX || !isText(line)) {
      next(isChunk ? "501" : "500");
      return !isChunk;
    }
    return obey(line.replaceFirst("[ \t]+$", ""));
  }

  private boolean obey(String line) {
    Matcher chunk = BDAT.matcher(line);
    if (chunk.matches()) {
      return chunk(chunk.group(1) == null ? "" : chunk.group(1).strip());
    }
    if (ODD_BDAT.matcher(line).matches()) {
      next("501");
      return false;
    }
    String reply = next("");
    if (reply.startsWith("354")) {
      demand(line.equalsIgnoreCase("DATA"), "354 for " + line);
      demand(chunks.isEmpty() || spoilt, "354 between chunks");
      return message();
    }
    if (line.equalsIgnoreCase("QUIT")) {
      demand(reply.startsWith("221"), "not 221 for QUIT: " + reply);
      return false;
    }
    demand(!reply.startsWith("221"), "221 for " + line);
    if (line.matches("(?i)(RSET|EHLO .*|HELO .*|MAIL .*)") && reply.startsWith("250")) {
      forgetChunks();
    }
    return !reply.startsWith("421");
  }

  private boolean message() {
    int end = sent.startsWith(".\r\n", at) ? at : sent.indexOf("\r\n.\r\n", at) + 2;
    if (end < 2) {
      return false;
    }
    String raw = sent.substring(at, end);
    at = end + 3;
    boolean fit =
        raw.indexOf('\0') < 0
            && (normalises
                || !(BARE_CR.matcher(raw).find() || DOT_LINE.matcher("\r\n" + raw).find()));
    String content = ("\r\n" + raw).replace("\r\n.", "\r\n").substring(2);
    judge(next(""), fit, content);
    return true;
  }

  private boolean chunk(String argument) {
    Matcher words = OCTETS.matcher(argument);
    if (!words.matches()) {
      next("501");
      return false;
    }
    boolean huge = words.group(1).length() > 12;
    long octets = huge ? Long.MAX_VALUE : Long.parseLong(words.group(1));
    if (octets > CHUNK_GIVEN_UP) {
      demand(next("").charAt(0) > '3', "a chunk of " + octets + " is taken");
      return false;
    }
    if (octets > sent.length() - at) {
      return false;
    }
    chunks.append(sent, at, at + (int) octets);
    at += (int) octets;
    String word = words.group(2) == null ? "" : words.group(2);
    boolean last = word.equalsIgnoreCase("LAST");
    String reply = next("");
    if (reply.startsWith("250") && !last) {
      demand(!spoilt, "a chunk taken behind one that was not");
      demand(word.isEmpty(), "taken: " + argument);
      demand(reply.equals("250 2.0.0 " + octets + " octets taken"), reply);
    } else if (spoilt) {
      demand(!reply.startsWith("250"), "kept without a chunk: " + reply);
    } else {
      String content = chunks.toString();
      judge(reply, isFitInChunks(content), content);
      if (reply.startsWith("250")) {
        forgetChunks();
      } else {
        spoilt = true;
      }
    }
    return !reply.startsWith("421");
  }

  private void forgetChunks() {
    chunks.setLength(0);
    spoilt = false;
  }

  private boolean isFitInChunks(String content) {
    String framed = "\r\n" + content;
    return content.indexOf('\0') < 0
        && (normalises
            || !(BARE_CR.matcher(content).find()
                || DOT_LINE.matcher(framed).find()
                || LAST_DOT_LINE.matcher(framed).find()));
  }

  /// A message came to its end, or a chunk of it was refused.
  private void judge(String reply, boolean fit, String read) {
    String content = normalises ? ANY_LINE_END.matcher(read).replaceAll("\r\n") : read;
    if (reply.startsWith("250")) {
      demand(fit, "unfit, and kept");
      demand(content.length() <= MESSAGE_MAX, "too large, and kept");
      demand(!kept.isEmpty(), "250, and nothing kept");
      demand(kept.remove().equals(content), "kept as something else: " + content);
    } else if (reply.startsWith("550 5.6.0")) {
      demand(!fit, "refused: " + reply);
    } else if (reply.startsWith("552 5.3.4")) {
      demand(content.length() > MESSAGE_MAX, "not too large: " + content.length());
    } else {
      demand(reply.charAt(0) > '3', reply);
    }
  }

  /// The index of the first CR or LF; -1 when there is none.
  private int lineEnd() {
    int cr = sent.indexOf('\r', at);
    int lf = sent.indexOf('\n', at);
    return cr < 0 || lf < 0 ? Math.max(cr, lf) : Math.min(cr, lf);
  }

  private static boolean isText(String line) {
    if (line.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 127)) {
      return false;
    }
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1)));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  private String next(String start) {
    String reply = replies.poll();
    demand(reply != null, "no reply, where one with " + start + " should be");
    demand(reply.startsWith(start), "not " + start + ": " + reply);
    return reply;
  }

  private static void demand(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
