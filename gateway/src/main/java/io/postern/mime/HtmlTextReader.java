package io.postern.mime;

import java.io.Reader;

/// Reads the words of HTML in bounded memory: no tree is built, for that of a hostile text would
/// take a hundred times its length. For one thread.
final class HtmlTextReader extends RewritingReader {
  private static final String LINE_END = "\r\n";
  private static final String EMPTY_LINE = LINE_END + LINE_END;

  private enum State {
    TEXT,
    /// After `&`.
    ENTITY,
    /// After `<`.
    OPEN,
    /// In a tag's name.
    NAME,
    /// Behind it, up to `>`.
    TAG,
    /// In a quoted value of an attribute.
    QUOTED,
    /// After `<!` or `<?`, and not in a comment.
    DECLARATION,
    COMMENT,
    /// In what a script or a style sheet says.
    SILENCE
  }

  private State state = State.TEXT;

  /// A tag's name so far, and whether it is an end tag's.
  private long name;

  private boolean isEndTag;

  /// An entity so far; in a comment or in silence the characters that may be its end.
  private final StringBuilder word = new StringBuilder();

  private char quote;
  private String silentTag = "";
  private boolean isPreformatted;

  /// What stands between the last character given and the next one: line ends, or a space.
  private int lineEnds;

  private boolean isSpaced;
  private boolean isStarted;

  HtmlTextReader(Reader html) {
    super(html);
  }

  @Override
  void end() {
    if (state == State.ENTITY) {
      text(HtmlEntities.text(word.toString()));
    } else if (state == State.OPEN) {
      text("<");
    }
  }

  @Override
  void take(char c) {
    switch (state) {
      case TEXT -> character(c);
      case ENTITY -> entity(c);
      case OPEN -> open(c);
      case NAME -> name(c);
      case TAG -> tag(c);
      case QUOTED -> state = c == quote ? State.TAG : State.QUOTED;
      case DECLARATION -> declaration(c);
      case COMMENT -> comment(c);
      case SILENCE -> silence(c);
    }
  }

  private void character(char c) {
    switch (c) {
      case '<' -> begin(State.OPEN);
      case '&' -> begin(State.ENTITY);
      default -> text(c);
    }
  }

  private void begin(State next) {
    state = next;
    word.setLength(0);
  }

  private void entity(char c) {
    boolean isPart = c < 0x80 && (Character.isLetterOrDigit(c) || (c == '#' && word.isEmpty()));
    if (isPart && word.length() < HtmlEntities.NAME_MAX) {
      word.append(c);
      return;
    }
    state = State.TEXT;
    String reference = word.toString();
    text(reference.isEmpty() ? "&" : HtmlEntities.text(reference));
    boolean isEnd = c == ';' && HtmlEntities.isKnown(reference);
    if (!isEnd) {
      take(c);
    }
  }

  private void open(char c) {
    if (c == '!' || c == '?') {
      begin(State.DECLARATION);
    } else if (c == '/' || (c < 0x80 && Character.isLetter(c))) {
      state = State.NAME;
      isEndTag = c == '/';
      name = isEndTag ? HtmlTags.EMPTY : HtmlTags.extended(HtmlTags.EMPTY, c);
    } else {
      // As in "a < b".
      text('<');
      state = State.TEXT;
      take(c);
    }
  }

  private void name(char c) {
    if (c == '>' || c == '/' || Character.isWhitespace(c)) {
      state = State.TAG;
      tag(c);
    } else {
      name = HtmlTags.extended(name, c);
    }
  }

  private void tag(char c) {
    if (c == '"' || c == '\'') {
      quote = c;
      state = State.QUOTED;
    } else if (c == '>') {
      state = State.TEXT;
      element();
    }
  }

  private void element() {
    HtmlTags.Tag tag = HtmlTags.of(name);
    switch (tag.meaning()) {
      case NOTHING -> {}
      case SILENT -> {
        if (!isEndTag) {
          silentTag = "</" + tag.name();
          begin(State.SILENCE);
        }
      }
      case LINE -> lineEnds = Math.max(lineEnds, 1);
      case ITEM -> {
        lineEnds = Math.max(lineEnds, 1);
        text(isEndTag ? "" : "* ");
      }
      case PARAGRAPH -> lineEnds = 2;
      case PREFORMATTED -> {
        lineEnds = 2;
        isPreformatted = !isEndTag;
      }
      case BREAK -> lineEnds = Math.min(lineEnds + 1, 2);
      case CELL -> isSpaced = true;
    }
  }

  /// Only two dashes right at its start make it a comment; the word is full when it can be none.
  private void declaration(char c) {
    if (c == '>') {
      state = State.TEXT;
    } else if (c == '-' && word.length() < 2) {
      word.append(c);
      // Its two dashes may be those of the end, too.
      state = word.length() == 2 ? State.COMMENT : State.DECLARATION;
    } else {
      word.append(c).setLength(2);
    }
  }

  /// Ends at `-->`; the word has as many dashes as stand before the character, at most two.
  private void comment(char c) {
    if (c == '-') {
      word.setLength(Math.min(word.length() + 1, 2));
    } else if (c == '>' && word.length() == 2) {
      state = State.TEXT;
    } else {
      word.setLength(0);
    }
  }

  /// Ends with the end tag. No character of it but the first is `<`, so that one look at each finds
  /// it.
  private void silence(char c) {
    char lower = lower(c);
    if (word.length() == silentTag.length()) {
      name = HtmlTags.EMPTY;
      state = State.TAG;
      tag(c);
    } else if (lower == silentTag.charAt(word.length())) {
      word.append(lower);
    } else {
      word.setLength(0);
      if (lower == '<') {
        word.append(lower);
      }
    }
  }

  private void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      text(text.charAt(i));
    }
  }

  private void text(char c) {
    boolean isBlank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\u00a0';
    if (isBlank && !isPreformatted) {
      isSpaced = true;
      return;
    }
    if (isPreformatted && (c == '\n' || c == '\r')) {
      lineEnds = c == '\n' ? Math.min(lineEnds + 1, 2) : lineEnds;
      return;
    }
    if (isStarted && lineEnds > 0) {
      out.append(lineEnds == 2 ? EMPTY_LINE : LINE_END);
    } else if (isStarted && isSpaced) {
      out.append(' ');
    }
    out.append(c);
    isStarted = true;
    isSpaced = false;
    lineEnds = 0;
  }

  private static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}
