package io.postern.mime;

import java.io.Reader;
import java.io.StringReader;

/// How the lines of a plain text are meant (RFC 3676 §4).
enum Flow {
  /// As they are.
  FIXED,
  /// A space at a line's end says that its paragraph goes on.
  FLOWED,
  /// The same, and the space itself is not part of the text: for languages without spaces.
  FLOWED_DELETING_SPACE;

  /// How a part's lines are meant.
  static Flow of(ContentType type) {
    boolean isFlowed =
        type.text().equals(ContentType.PLAIN) && isParameter(type, "format", "flowed");
    if (!isFlowed) {
      return FIXED;
    }
    return isParameter(type, "delsp", "yes") ? FLOWED_DELETING_SPACE : FLOWED;
  }

  private static boolean isParameter(ContentType type, String name, String value) {
    return type.parameters().parameter(name).orElse("").equalsIgnoreCase(value);
  }

  /// The text with each paragraph on one line.
  Reader open(Reader text) {
    return this == FIXED ? text : new FlowedReader(text, this == FLOWED_DELETING_SPACE);
  }

  /// The text with each paragraph on one line.
  String apply(String text) {
    return this == FIXED
        ? text
        : FlowedReader.unflowed(new StringReader(text), this == FLOWED_DELETING_SPACE);
  }
}
