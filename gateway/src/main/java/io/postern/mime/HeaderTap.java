package io.postern.mime;

import java.util.Arrays;

/// Taps the header section from a message that passes by in blocks, so that it can be judged before
/// the message is whole. Once the section is complete, further blocks cost nothing.
///
/// For one thread and one message. It holds at most [Headers#BYTES_MAX] bytes, and no more than the
/// section needs and a little.
public final class HeaderTap {
  /// How much is copied before the section's end is looked for.
  private static final int STEP = 2048;

  private byte[] section = new byte[0];
  private int length;
  private int lineStart;
  private int searched;
  private int fields;
  private boolean complete;
  private boolean tooLong;

  /// Takes the message's next bytes.
  public void accept(byte[] bytes, int offset, int count) {
    int at = offset;
    int end = offset + count;
    while (at < end && !complete && !tooLong) {
      int step = Math.min(Math.min(STEP, end - at), Headers.BYTES_MAX - length);
      keep(bytes, at, step);
      at += step;
      search();
      tooLong |= !complete && length == Headers.BYTES_MAX;
    }
  }

  /// True when the blank line at the section's end has come by.
  public boolean complete() {
    return complete;
  }

  /// True when the section is over [Headers#BYTES_MAX] or [Headers#FIELDS_MAX].
  public boolean tooLong() {
    return tooLong;
  }

  /// The headers seen so far: all of them when [#complete], or when the message is over; the first
  /// ones when [#tooLong].
  public Headers headers() {
    return Headers.read(section, length);
  }

  /// How much memory it holds now, in bytes.
  public int held() {
    return section.length;
  }

  private void keep(byte[] bytes, int at, int count) {
    if (length + count > section.length) {
      int wanted = Math.max(length + count, section.length * 2);
      section = Arrays.copyOf(section, Math.min(wanted, Headers.BYTES_MAX));
    }
    System.arraycopy(bytes, at, section, length, count);
    length += count;
  }

  private void search() {
    while (!complete && !tooLong) {
      int end = LineEnds.find(section, searched, length);
      searched = end;
      // A line end is told by up to three bytes; the last ones wait for the next block.
      if (end >= length || (section[end] == '\r' && end + 2 >= length && !isPair(end))) {
        return;
      }
      complete = end == lineStart;
      boolean isContinued = section[lineStart] == ' ' || section[lineStart] == '\t';
      fields += isContinued ? 0 : 1;
      tooLong = !complete && fields > Headers.FIELDS_MAX;
      lineStart = LineEnds.skip(section, end, length);
      searched = lineStart;
    }
  }

  private boolean isPair(int at) {
    return at + 1 < length && section[at + 1] != '\r';
  }
}
