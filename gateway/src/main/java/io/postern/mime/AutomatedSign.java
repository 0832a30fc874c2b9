package io.postern.mime;

import io.postern.mail.ReversePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// One sign that no person wrote a mail, or that it went to many. Who answers mail by a program
/// answers none that has such a sign (RFC 3834 §2), or two programs write to each other for ever.
///
/// @param kind what the sign is
/// @param detail the word of the mail that says so, such as `auto-replied`; for a list its List-Id,
///   or else the name of the field that told it; empty for the null reverse-path
public record AutomatedSign(Kind kind, String detail) {
  /// How long a detail may be, in characters; the rest is not told.
  static final int DETAIL_MAX = 200;

  /// RFC 2076 §3.9: never standardised, and used by all list software.
  private static final Set<String> BULK = Set.of("bulk", "list", "junk", "auto_reply");

  /// The fields of RFC 2919 and RFC 2369, the best one to name a list by first.
  private static final List<String> LIST_FIELDS =
      List.of(
          "List-Id",
          "List-Unsubscribe",
          "List-Post",
          "List-Help",
          "List-Subscribe",
          "List-Owner",
          "List-Archive");

  /// What the sign is. The words are part of the payload: they stay what they are.
  public enum Kind {
    /// The null reverse-path: a report about a mail, or an answer of a program (RFC 5321 §4.5.5).
    NULL_SENDER,
    /// Auto-Submitted is there and does not say `no` (RFC 3834 §5).
    AUTO_SUBMITTED,
    /// The mail is a report for programs (RFC 6522): of delivery, of reading, of abuse.
    REPORT,
    /// Precedence says `bulk`, `list`, `junk` or `auto_reply`.
    PRECEDENCE,
    /// It has a field of a mailing list (RFC 2369, RFC 2919).
    LIST,
    /// X-Auto-Response-Suppress asks that no program answers.
    AUTO_RESPONSE_SUPPRESS;

    /// As payloads have it, such as `null-sender`.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// All signs that a mail has, at most one of each kind; empty for what a person seems to have
  /// written.
  ///
  /// @param from the reverse-path it came with
  /// @param headers its header fields
  public static List<AutomatedSign> of(ReversePath from, Headers headers) {
    List<AutomatedSign> signs = new ArrayList<>();
    if (from.equals(ReversePath.NULL)) {
      signs.add(new AutomatedSign(Kind.NULL_SENDER, ""));
    }
    keyword(headers, "Auto-Submitted")
        .filter(word -> !word.equals("no"))
        .ifPresent(word -> signs.add(sign(Kind.AUTO_SUBMITTED, word)));
    ContentType type = ContentType.of(headers, ContentType.PLAIN);
    if (type.text().equals("multipart/report")) {
      String report = type.parameters().parameter("report-type").orElse("");
      signs.add(sign(Kind.REPORT, report.toLowerCase(Locale.ROOT)));
    }
    keyword(headers, "Precedence")
        .filter(BULK::contains)
        .ifPresent(word -> signs.add(sign(Kind.PRECEDENCE, word)));
    LIST_FIELDS.stream()
        .flatMap(name -> headers.first(name).stream())
        .findFirst()
        .ifPresent(
            field -> {
              boolean isName = field.name().equalsIgnoreCase("List-Id") && !field.value().isEmpty();
              signs.add(sign(Kind.LIST, isName ? field.value() : field.name()));
            });
    keyword(headers, "X-Auto-Response-Suppress")
        .filter(word -> !word.equals("none"))
        .ifPresent(word -> signs.add(sign(Kind.AUTO_RESPONSE_SUPPRESS, word)));
    return List.copyOf(signs);
  }

  private static AutomatedSign sign(Kind kind, String detail) {
    return new AutomatedSign(kind, Excerpt.of(detail, DETAIL_MAX));
  }

  /// A field's first word in lower case, without comments and parameters; none when it is empty.
  private static Optional<String> keyword(Headers headers, String name) {
    return headers
        .first(name)
        .map(field -> Parameters.read(field.raw()).value().toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty());
  }
}
