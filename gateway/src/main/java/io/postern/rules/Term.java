package io.postern.rules;

import com.google.re2j.Pattern;
import io.postern.mail.Address;
import io.postern.mime.Header;
import io.postern.mime.Headers;
import java.util.List;

/// A condition of a rule: a regular expression that must, or must not, be found in a header.
///
/// @param header its name as written; `To` is the envelope recipient, and `To-Header` the header To
/// @param negated true for `not-matches`
/// @param pattern RE2 syntax; found anywhere in a value unless it is anchored
public record Term(String header, boolean negated, Pattern pattern) {
  /// Only so much of the start of a value is looked at: the time a search takes grows with the
  /// value and the pattern, and the sender writes the value.
  public static final int VALUE_CHARS_MAX = 16_384;

  private static final String RECIPIENT = "To";
  private static final String TO_FIELD = "To-Header";

  /// True for a term about the envelope recipient.
  public boolean isRecipient() {
    return header.equalsIgnoreCase(RECIPIENT);
  }

  /// The name of the header field that is looked at.
  String field() {
    return header.equalsIgnoreCase(TO_FIELD) ? RECIPIENT : header;
  }

  boolean holds(String recipient) {
    return found(recipient) != negated;
  }

  boolean holds(Headers headers) {
    return headers.named(field()).stream().anyMatch(found -> found(found.value())) != negated;
  }

  /// The values that are looked at, whole.
  List<String> values(Address recipient, Headers headers) {
    return isRecipient()
        ? List.of(recipient.text())
        : headers.named(field()).stream().map(Header::value).toList();
  }

  private boolean found(String value) {
    return pattern.matcher(looked(value)).find();
  }

  /// The part of a value that is looked at.
  static String looked(String value) {
    return value.length() > VALUE_CHARS_MAX ? value.substring(0, VALUE_CHARS_MAX) : value;
  }
}
