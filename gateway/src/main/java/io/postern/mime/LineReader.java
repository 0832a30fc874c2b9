package io.postern.mime;

import java.io.IOException;
import java.io.InputStream;

/// Walks through a message line by line in bounded memory. A line that is longer than the window
/// comes in pieces. For one thread.
final class LineReader implements AutoCloseable {
  /// The longest piece, in bytes.
  private static final int WINDOW = 64 * 1024;

  /// How far beyond a line's end one must see to tell what ends it.
  private static final int LOOK_AHEAD = 2;

  private final InputStream in;
  private final byte[] window;
  private int next;
  private int limit;
  private long offset;
  private boolean isOver;

  private int from;
  private int to;
  private int terminator;
  private boolean starts;
  private boolean ends = true;

  private LineReader(InputStream in, byte[] window, int limit, boolean isOver) {
    this.in = in;
    this.window = window;
    this.limit = limit;
    this.isOver = isOver;
  }

  /// Reads a message from its start.
  static LineReader of(Source source) throws IOException {
    byte[] held = source.held();
    return held != null
        ? new LineReader(InputStream.nullInputStream(), held, held.length, true)
        : new LineReader(source.open(0, source.size()), new byte[WINDOW], 0, false);
  }

  /// Moves to the next line or piece of one; false at the message's end.
  boolean next() throws IOException {
    from = next;
    if (from == limit && !more()) {
      return false;
    }
    starts = ends;
    to = LineEnds.find(window, from, limit);
    while (to + LOOK_AHEAD >= limit && more()) {
      to = LineEnds.find(window, to, limit);
    }
    // In a full window, what can't be told yet is left for the next piece; the window is then
    // empty.
    boolean isCut = !isOver && from == 0 && limit == window.length;
    if (to == limit || (isCut && to + LOOK_AHEAD >= limit && to > from)) {
      ends = isOver && to == limit;
      terminator = 0;
      next = to;
    } else {
      ends = true;
      next = LineEnds.skip(window, to, limit);
      terminator = next - to;
    }
    return true;
  }

  /// Fills the window up, moving what is in use to its start; false when it is full or all is read.
  private boolean more() throws IOException {
    if (isOver) {
      return false;
    }
    if (from > 0) {
      System.arraycopy(window, from, window, 0, limit - from);
      offset += from;
      limit -= from;
      to -= from;
      from = 0;
      next = 0;
    }
    if (limit == window.length) {
      return false;
    }
    int count = in.read(window, limit, window.length - limit);
    if (count < 0) {
      isOver = true;
      return false;
    }
    limit += count;
    return true;
  }

  /// Holds the line, from [#from] to [#to], until the next move.
  byte[] bytes() {
    return window;
  }

  int from() {
    return from;
  }

  /// Where the line's content ends; its line end is not part of it.
  int to() {
    return to;
  }

  /// True when this is a line's first piece.
  boolean starts() {
    return starts;
  }

  /// True when this is a whole line.
  boolean isWhole() {
    return starts && ends;
  }

  /// How many bytes end the line.
  int terminator() {
    return terminator;
  }

  /// Where the line begins in the message.
  long start() {
    return offset + from;
  }

  /// Where the next line begins in the message.
  long end() {
    return offset + next;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
