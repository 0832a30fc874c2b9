package io.postern.mime;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a part says it is (RFC 2045 §5), made safe to repeat: a type and a subtype, each a token in
/// lower case.
///
/// @param text such as `text/plain`; empty if it names no type
/// @param parameters as written
record ContentType(String text, Parameters parameters) {
  static final String PLAIN = "text/plain";
  static final String HTML = "text/html";
  static final String MESSAGE = "message/rfc822";
  static final String UNKNOWN = "application/octet-stream";

  /// What bytes are of which nothing is said (RFC 2045 §5.2).
  static final ContentType TEXT = new ContentType(PLAIN, Parameters.read(""));

  /// What names of charsets are made of, and need no quotes.
  private static final Pattern CHARSET = Pattern.compile("[a-z0-9][a-z0-9+._-]{0,39}");

  /// RFC 6838 §4.2.
  private static final int NAME_MAX = 127;

  /// What a part of these headers is.
  ///
  /// @param implied what it is without a Content-Type
  /// @return with an empty text when there is a Content-Type that names no type
  static ContentType of(Headers headers, String implied) {
    Optional<Header> field = headers.first("Content-Type");
    Parameters parameters = Parameters.read(field.map(Header::raw).orElse(implied));
    String text = parameters.value().toLowerCase(Locale.ROOT);
    int slash = text.indexOf('/');
    String type = text.substring(0, Math.max(slash, 0)).strip();
    String subtype = text.substring(slash + 1).strip();
    boolean isType = isName(type) && isName(subtype);
    return new ContentType(isType ? type + "/" + subtype : "", parameters);
  }

  /// The same parameters under another type.
  ContentType as(String other) {
    return new ContentType(other, parameters);
  }

  /// True for a message, also for one with UTF-8 in its headers (RFC 6532 §3.7).
  boolean isMessage() {
    return text.equals(MESSAGE) || text.equals("message/global");
  }

  boolean isMultipart() {
    return text.startsWith("multipart/");
  }

  /// The charset that a text says it is in, in the form in which names are compared; none for what
  /// is no text, and for what can be no name.
  Optional<String> charset() {
    return text.startsWith("text/")
        ? parameters
            .parameter("charset")
            .map(CharsetNames::plain)
            .filter(name -> CHARSET.matcher(name).matches())
        : Optional.empty();
  }

  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= NAME_MAX
        && text.chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= '0' && c <= '9')
                        || "!#$&-^_.+".indexOf(c) >= 0);
  }
}
