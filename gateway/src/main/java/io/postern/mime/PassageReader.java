package io.postern.mime;

import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/// Passages one after the other, each on a new line, without their byte order marks and without
/// NUL, which many databases refuse. Each is opened when its turn comes. For one thread.
final class PassageReader extends Reader {
  private static final char[] LINE_END = {'\r', '\n'};
  private static final char MARK = '\uFEFF';

  private final Iterator<Passage> rest;
  private PushbackReader current = new PushbackReader(Reader.nullReader());

  /// The last character given; that of a line's end before there is one, for the first passage
  /// needs no new line.
  private char last = '\n';

  PassageReader(List<Passage> passages) {
    rest = passages.iterator();
  }

  @Override
  public int read(char[] chars, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, chars.length);
    if (length == 0) {
      return 0;
    }
    int count = current.read(chars, offset, length);
    while (count < 0 && rest.hasNext()) {
      openNext();
      count = current.read(chars, offset, length);
    }
    for (int i = offset; i < offset + count; i++) {
      chars[i] = chars[i] == '\0' ? Charsets.REPLACEMENT : chars[i];
    }
    last = count > 0 ? chars[offset + count - 1] : last;
    return count;
  }

  @Override
  public void close() throws IOException {
    current.close();
  }

  private void openNext() throws IOException {
    current.close();
    current = new PushbackReader(rest.next().open(), LINE_END.length + 1);
    int first = current.read();
    if (first == MARK) {
      first = current.read();
    }
    if (first >= 0) {
      current.unread(first);
      if (last != '\n') {
        current.unread(LINE_END);
      }
    }
  }
}
