package io.postern.mime;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;

/// Some text of a mail: valid Unicode. A short one is held. The long ones among the bodies stay in
/// the stored message and are decoded anew each time they are read, so that a payload that waits
/// for its endpoint costs little memory.
public final class MailText {
  /// The longest text that is given at once, in characters, and the longest body that is held, in
  /// bytes as decoded. It is held for as long as its payload.
  public static final int SHORT_MAX = 16 * 1024;

  private final String held;
  private final List<Passage> passages;

  private MailText(String held, List<Passage> passages) {
    this.held = held;
    this.passages = passages;
  }

  /// A text that is held, however long it is.
  public static MailText of(String text) {
    return new MailText(text, List.of());
  }

  /// What lies in these places of the message, each on a new line.
  static MailText of(List<Passage> passages) {
    return new MailText("", List.copyOf(passages));
  }

  /// The text itself if it is short.
  public Optional<String> brief() {
    boolean isShort = passages.isEmpty() && held.length() <= SHORT_MAX;
    return isShort ? Optional.of(held) : Optional.empty();
  }

  /// Its beginning, cut where a character ends.
  ///
  /// @param max how long it may be, in UTF-16 units
  /// @throws IOException when the stored message can't be read now
  String start(int max) throws IOException {
    String start = passages.isEmpty() ? held : read(max);
    int end = Math.min(max, start.length());
    boolean isCut = end > 0 && Character.isHighSurrogate(start.charAt(end - 1));
    return start.substring(0, isCut ? end - 1 : end);
  }

  /// Reads it in bounded memory: for one thread, and closed by the caller. The same characters each
  /// time.
  ///
  /// @throws IOException when the stored message can't be read now
  public Reader open() throws IOException {
    return passages.isEmpty() ? new StringReader(held) : new PassageReader(passages);
  }

  private String read(int max) throws IOException {
    char[] start = new char[max];
    int length = 0;
    try (Reader reader = open()) {
      int count = 0;
      while (count >= 0 && length < max) {
        length += count;
        count = reader.read(start, length, max - length);
      }
      length += Math.max(count, 0);
    }
    return new String(start, 0, length);
  }
}
