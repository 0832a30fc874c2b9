package io.postern.smtp;

/// Finds the end of a message in what follows DATA and undoes dot-stuffing (RFC 5321 §4.5.2), block
/// by block and in place.
///
/// The end is CRLF.CRLF and nothing else, where the CRLF of the DATA command itself counts as the
/// first one. A bare LF is content. Whatever another implementation might take for a line end or
/// for an end of data makes the message unfit: a bare CR, a NUL, a dot alone between two line ends
/// of which one is a bare LF. The scan then goes on to the true end, so that nothing of the message
/// can ever be read as a command.
///
/// The same things make a message unfit that comes in chunks (RFC 3030), though no byte of it can
/// end it and no dot in it is stuffed: it may be sent on some day, by DATA.
///
/// Belongs to one thread; does no I/O.
final class DotScanner {
  /// How the message is told from what follows it.
  enum Framing {
    /// A dot on a line of its own ends it, and dots at the start of a line are stuffed.
    DOT,
    /// Its bytes are counted; [#end] ends it.
    COUNT
  }

  /// A longer line makes the message unfit, in bytes. RFC 5321 §4.5.3.1.6 allows 1,000; real mail
  /// has more, and it does no harm.
  static final int LINE_MAX = 1 << 20;

  /// Why a message is not kept.
  enum Defect {
    NONE(false, ""),
    BARE_CR(true, "Message has a CR without LF"),
    NUL(false, "Message has a NUL"),
    DOT_LINE(true, "Message has a dot between line ends that are not CRLF"),
    LONG_LINE(false, "Message has a line of more than " + LINE_MAX + " bytes");

    final boolean ofLineEnds;
    final String text;

    Defect(boolean ofLineEnds, String text) {
      this.ofLineEnds = ofLineEnds;
      this.text = text;
    }
  }

  /// What was read last. A soft line start follows a bare LF.
  private enum State {
    LINE_START,
    DOT,
    DOT_CR,
    TEXT,
    CR,
    SOFT_START,
    SOFT_DOT,
    SOFT_DOT_CR
  }

  private final boolean counted;
  private final boolean lenient;
  private State state = State.LINE_START;
  private boolean ended;
  private Defect defect = Defect.NONE;
  private long lineBytes;

  // The scan of one block: content before `keep` is in place; from `run` on it waits to be moved.
  private byte[] block = {};
  private int keep;
  private int run;
  private int lineFrom;
  private int next;

  /// @param bareLineEnds with [BareLineEnds#NORMALISE] they make no message unfit; the content then
  ///   belongs through [LineEndRepair], which must forget a CR that is last when the end was found
  DotScanner(Framing framing, BareLineEnds bareLineEnds) {
    this.counted = framing == Framing.COUNT;
    this.lenient = bareLineEnds == BareLineEnds.NORMALISE;
  }

  /// The first thing found that makes the message unfit.
  Defect defect() {
    return defect;
  }

  /// The index behind the last byte that belongs to the message, its end included. After a scan
  /// that found no end: the end of the block.
  int next() {
    return next;
  }

  /// Scans the next bytes and moves the content among them to their front.
  ///
  /// @return the number of bytes of content, which now stand at `from`
  int scan(byte[] bytes, int from, int to) {
    block = bytes;
    keep = from;
    run = from;
    lineFrom = from;
    next = to;
    int i = from;
    while (i < to) {
      if (state == State.TEXT) {
        i = skipText(i, to);
        if (i == to) {
          break;
        }
      }
      state = step(bytes[i], i);
      i++;
      if (ended) {
        next = i;
        run = i;
        return keep - from;
      }
    }
    noteLine(to);
    moveRun(to);
    return keep - from;
  }

  /// True when the end of the message was found.
  boolean ended() {
    return ended;
  }

  /// The index of the next byte that isn't plain text in the middle of a line. Whole lines are
  /// passed over: this loop sees nearly every byte of every mail.
  private int skipText(int start, int to) {
    byte[] bytes = block;
    int i = start;
    while (i < to) {
      byte b = bytes[i];
      if (b > '\r' || b < 0) {
        i++;
      } else if (b == '\r' && to - i > 2 && bytes[i + 1] == '\n' && isText(bytes[i + 2])) {
        noteLine(i);
        lineBytes = 0;
        lineFrom = i + 2;
        i += 3;
      } else if (b == '\r' || b == '\n' || b == 0) {
        return i;
      } else {
        i++;
      }
    }
    return to;
  }

  private static boolean isText(byte b) {
    return b != '.' && (b > '\r' || b < 0);
  }

  /// One byte where it matters.
  private State step(byte b, int i) {
    return switch (state) {
      case LINE_START -> b == '.' ? dot(i) : text(b, i);
      case DOT ->
          switch (b) {
            case '\r' -> dotCr(i);
            case '\n' -> unfit(Defect.DOT_LINE, bareLineEnd(i));
            default -> text(b, i);
          };
      case DOT_CR -> {
        if (b != '\n') {
          yield afterBareCr(b, i);
        }
        ended = !counted;
        yield lineEnd(i);
      }
      case TEXT -> text(b, i);
      case CR -> b == '\n' ? lineEnd(i) : afterBareCr(b, i);
      case SOFT_START -> b == '.' ? State.SOFT_DOT : text(b, i);
      case SOFT_DOT ->
          switch (b) {
            case '\r' -> State.SOFT_DOT_CR;
            case '\n' -> unfit(Defect.DOT_LINE, bareLineEnd(i));
            default -> text(b, i);
          };
      case SOFT_DOT_CR -> b == '\n' ? unfit(Defect.DOT_LINE, lineEnd(i)) : afterBareCr(b, i);
    };
  }

  private State text(byte b, int i) {
    return switch (b) {
      case '\r' -> State.CR;
      case '\n' -> bareLineEnd(i);
      case 0 -> unfit(Defect.NUL, State.TEXT);
      default -> State.TEXT;
    };
  }

  private State dot(int i) {
    return counted ? State.DOT : drop(State.DOT, i);
  }

  /// A CR behind a leading dot is left out as well: either it belongs to the end of the message, or
  /// the message is unfit. When it isn't, the repair sees to that CR.
  private State dotCr(int i) {
    return counted || lenient ? State.DOT_CR : drop(State.DOT_CR, i);
  }

  private State afterBareCr(byte b, int i) {
    if (lenient) {
      lineEnd(i - 1);
      return b == '.' ? State.SOFT_DOT : text(b, i);
    }
    return unfit(Defect.BARE_CR, text(b, i));
  }

  private State bareLineEnd(int i) {
    if (lenient) {
      lineEnd(i);
    }
    return State.SOFT_START;
  }

  private State lineEnd(int i) {
    noteLine(i);
    lineBytes = 0;
    lineFrom = i + 1;
    return State.LINE_START;
  }

  private State unfit(Defect found, State then) {
    if (defect == Defect.NONE && !(lenient && found.ofLineEnds)) {
      defect = found;
    }
    return then;
  }

  /// The counted message ends here, so whatever was waiting for its next byte has none.
  void end() {
    switch (state) {
      case CR, DOT_CR, SOFT_DOT_CR -> unfit(Defect.BARE_CR, state);
      case SOFT_DOT -> unfit(Defect.DOT_LINE, state);
      case LINE_START, DOT, TEXT, SOFT_START -> {}
    }
  }

  private void noteLine(int to) {
    lineBytes += to - lineFrom;
    lineFrom = to;
    if (lineBytes > LINE_MAX && defect == Defect.NONE) {
      defect = Defect.LONG_LINE;
    }
  }

  /// Leaves the byte at the index out.
  private State drop(State then, int i) {
    moveRun(i);
    run = i + 1;
    return then;
  }

  private void moveRun(int to) {
    if (keep != run) {
      System.arraycopy(block, run, block, keep, to - run);
    }
    keep += to - run;
    run = to;
  }
}
