package io.postern.mime;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Some text of a mail: valid Unicode. A short one is held. The long ones among the bodies stay in
/// the stored message and are decoded anew each time they are read, so that a payload that waits
/// for its endpoint costs little memory.
public final class MailText {
  /// The longest text that is given at once, in characters, and the longest body that is held, in
  /// bytes as decoded. It is held for as long as its payload.
  public static final int SHORT_MAX = 16 * 1024;

  private final @Nullable String held;
  private final Opening opening;

  /// Begins to read a text.
  @FunctionalInterface
  interface Opening {
    Reader open() throws IOException;
  }

  private MailText(@Nullable String held, Opening opening) {
    this.held = held;
    this.opening = opening;
  }

  /// A text that is held, however long it is.
  public static MailText of(String text) {
    return new MailText(text, () -> new StringReader(text));
  }

  /// What lies in these places of the message, each on a new line.
  static MailText of(List<Passage> passages) {
    List<Passage> all = List.copyOf(passages);
    return new MailText(null, () -> new PassageReader(all));
  }

  /// A long text that is made anew each time it is read.
  static MailText of(Opening opening) {
    return new MailText(null, opening);
  }

  /// The text itself if it is short.
  public Optional<String> brief() {
    return held != null && held.length() <= SHORT_MAX ? Optional.of(held) : Optional.empty();
  }

  /// Its beginning, cut where a character ends.
  ///
  /// @param max how long it may be, in UTF-16 units
  /// @throws IOException when the stored message can't be read now
  String start(int max) throws IOException {
    String start = held != null ? held : read(max);
    int end = Math.min(max, start.length());
    boolean isCut = end > 0 && Character.isHighSurrogate(start.charAt(end - 1));
    return start.substring(0, isCut ? end - 1 : end);
  }

  /// Reads it in bounded memory: for one thread, and closed by the caller. The same characters each
  /// time.
  ///
  /// @throws IOException when the stored message can't be read now
  public Reader open() throws IOException {
    return opening.open();
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
