package io.postern.mime;

import java.util.Arrays;

/// The tags that mean something to the words of HTML. A tag is looked up by a number that its name
/// is packed into while it is read: there may be millions of them, and a string for each would cost
/// more than all the rest.
final class HtmlTags {
  /// What a tag means to the words.
  enum Meaning {
    NOTHING,
    /// Its content is no text, up to the end tag (HTML, "Parsing HTML documents").
    SILENT,
    /// It begins and ends a line.
    LINE,
    /// It is a line that begins with a mark.
    ITEM,
    /// It stands apart, with an empty line before and after.
    PARAGRAPH,
    PREFORMATTED,
    BREAK,
    CELL
  }

  /// A tag.
  ///
  /// @param name in lower case
  record Tag(String name, Meaning meaning) {}

  /// The number of a name without characters.
  static final long EMPTY = 0;

  /// The number of all names that are too long for one, or have other characters than letters of
  /// ASCII and digits.
  private static final long FOREIGN = -1;

  private static final int BITS_OF_A_CHARACTER = 6;

  /// A number below this has room for one more character: ten have, and no tag here is longer.
  private static final long FULL = 1L << (9 * BITS_OF_A_CHARACTER);

  /// A power of two, and some times the number of tags.
  private static final int SLOTS = 256;

  /// Spreads numbers over the slots: 2^64 divided by the golden ratio (Knuth, The Art of Computer
  /// Programming 3, section 6.4).
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final Tag NONE = new Tag("", Meaning.NOTHING);
  private static final long[] NUMBERS = new long[SLOTS];
  private static final Tag[] TAGS = new Tag[SLOTS];

  static {
    Arrays.fill(TAGS, NONE);
    put(Meaning.SILENT, "script style title noembed xmp");
    put(Meaning.LINE, "address article aside body caption center dd div dl dt fieldset");
    put(Meaning.LINE, "figcaption figure footer form header hr legend main nav section tbody");
    put(Meaning.LINE, "tfoot thead tr");
    put(Meaning.ITEM, "li");
    put(Meaning.PARAGRAPH, "p h1 h2 h3 h4 h5 h6 blockquote table ul ol");
    put(Meaning.PREFORMATTED, "pre");
    put(Meaning.BREAK, "br");
    put(Meaning.CELL, "td th");
  }

  private HtmlTags() {}

  /// The number of a name that is one character longer.
  ///
  /// @param name the number of what stands before the character
  /// @param c in either case
  static long extended(long name, char c) {
    int code = code(c);
    return name < 0 || name >= FULL || code == 0 ? FOREIGN : (name << BITS_OF_A_CHARACTER) | code;
  }

  /// The tag whose name has this number; one that means nothing for every other number.
  static Tag of(long name) {
    int slot = slot(name);
    while (NUMBERS[slot] != name && NUMBERS[slot] != EMPTY) {
      slot = (slot + 1) % SLOTS;
    }
    return TAGS[slot];
  }

  /// Different for different characters of a name; 0 for those that have no place in one.
  private static int code(char c) {
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 1;
    }
    if (c >= 'A' && c <= 'Z') {
      return c - 'A' + 1;
    }
    return c >= '0' && c <= '9' ? c - '0' + 27 : 0;
  }

  private static int slot(long name) {
    return (int) ((name * SPREAD) >>> 32) & (SLOTS - 1);
  }

  private static void put(Meaning meaning, String names) {
    for (String name : names.split(" ", -1)) {
      long number = EMPTY;
      for (int i = 0; i < name.length(); i++) {
        number = extended(number, name.charAt(i));
      }
      int slot = slot(number);
      while (NUMBERS[slot] != EMPTY) {
        slot = (slot + 1) % SLOTS;
      }
      NUMBERS[slot] = number;
      TAGS[slot] = new Tag(name, meaning);
    }
  }
}
