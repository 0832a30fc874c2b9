package io.postern.mime;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;

/// Puts the paragraphs of a flowed text (RFC 3676 §4) on one line each, in bounded memory. Quoted
/// paragraphs keep their marks, one `>` for each depth and a space; the space that was stuffed
/// before a line that would look quoted goes. For one thread.
final class FlowedReader extends RewritingReader {
  /// Deeper quotes are taken for text: who quotes so deep has no one to read it.
  private static final int DEPTH_MAX = 50;

  /// The line above a signature, which never flows (RFC 3676 §4.3).
  private static final String SIGNATURE = "-- ";

  private enum State {
    /// At the marks of quotation before a line.
    MARKS,
    /// At the first characters, which may be those of [#SIGNATURE].
    HEAD,
    BODY
  }

  private final boolean deletesSpace;
  private State state = State.MARKS;
  private final StringBuilder head = new StringBuilder();
  private int depth;

  /// A space that may prove to be the line's last character.
  private boolean holdsSpace;

  private boolean holdsReturn;

  /// The line before: its depth, whether its paragraph goes on, and what ended it.
  private int depthBefore;

  private boolean isFlowing;
  private String endBefore = "";

  FlowedReader(Reader in, boolean deletesSpace) {
    super(in);
    this.deletesSpace = deletesSpace;
  }

  /// The whole of a text that is at hand.
  static String unflowed(StringReader text, boolean deletesSpace) {
    try (Reader reader = new FlowedReader(text, deletesSpace)) {
      return reader.readAllAsString();
    } catch (IOException e) {
      throw new IllegalStateException("a string can be read", e);
    }
  }

  @Override
  void take(char c) {
    if (c == '\n') {
      endLine(holdsReturn ? "\r\n" : "\n");
      holdsReturn = false;
      return;
    }
    if (holdsReturn) {
      endLine("\r");
      holdsReturn = false;
    }
    if (c == '\r') {
      holdsReturn = true;
      return;
    }
    content(c);
  }

  private void content(char c) {
    switch (state) {
      case MARKS -> mark(c);
      case HEAD -> {
        head.append(c);
        if (!SIGNATURE.startsWith(head.toString())) {
          begin(false);
        }
      }
      case BODY -> body(c);
    }
  }

  private void mark(char c) {
    if (c == '>' && depth < DEPTH_MAX) {
      depth++;
      return;
    }
    state = State.HEAD;
    // One space is there only to keep the line from looking quoted.
    if (c != ' ') {
      content(c);
    }
  }

  private void body(char c) {
    if (holdsSpace) {
      out.append(' ');
    }
    holdsSpace = c == ' ';
    if (!holdsSpace) {
      out.append(c);
    }
  }

  /// Begins a line in the output, or goes on with the one before, and gives what is held of it.
  private void begin(boolean isSignature) {
    if (isFlowing && depth == depthBefore && !isSignature) {
      out.append(deletesSpace ? "" : " ");
    } else {
      out.append(endBefore).append(">".repeat(depth));
      out.append(depth > 0 && !head.isEmpty() ? " " : "");
    }
    state = State.BODY;
    for (int i = 0; i < head.length(); i++) {
      body(head.charAt(i));
    }
    head.setLength(0);
  }

  private void endLine(String end) {
    boolean isSignature = state == State.HEAD && SIGNATURE.contentEquals(head);
    if (state != State.BODY) {
      begin(isSignature);
    }
    if (isSignature) {
      out.append(' ');
    }
    isFlowing = holdsSpace && !isSignature;
    holdsSpace = false;
    depthBefore = depth;
    depth = 0;
    endBefore = end;
    state = State.MARKS;
  }

  @Override
  void end() {
    if (holdsReturn) {
      endLine("\r");
    }
    if (state != State.MARKS || depth > 0) {
      endLine("");
    }
    out.append(endBefore);
  }
}
