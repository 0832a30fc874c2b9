package io.postern.demo;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A post that a [Catcher] caught.
///
/// @param at when its body had been read, to the millisecond
/// @param target path and query as sent
/// @param headers by lower-case name, in the order of names; values of a repeated header are joined
///   by a comma and a space
/// @param length of the body in bytes, as read
/// @param sha256 of the body up to [Catcher#BODY_MAX] bytes, in lower-case hexadecimal digits
/// @param whole false when the body was longer than [Catcher#BODY_MAX], or broke off
/// @param content what the body holds
/// @param answered the status it is answered with
public record Caught(
    Instant at,
    String target,
    SequencedMap<String, String> headers,
    long length,
    String sha256,
    boolean whole,
    Content content,
    int answered) {
  private static final Pattern ATTEMPT = Pattern.compile("[1-9][0-9]{0,8}");

  public Caught {
    headers = copied(headers);
  }

  private static SequencedMap<String, String> copied(Map<String, String> headers) {
    return Collections.unmodifiableSequencedMap(new TreeMap<>(headers));
  }

  /// What a body holds, by its Content-Type.
  public sealed interface Content {
    /// `multipart/form-data`.
    ///
    /// @param data the form
    record Form(PostedForm data) implements Content {}

    /// `application/json`.
    ///
    /// @param text the document, cut to [Catcher#TEXT_MAX] bytes
    record Json(String text) implements Content {}

    /// `message/rfc822`.
    ///
    /// @param headerLines the lines in front of the first empty line, so far as they lie in the
    ///   first [Catcher#TEXT_MAX] bytes; folded lines stay folded
    record Message(List<String> headerLines) implements Content {
      public Message {
        headerLines = List.copyOf(headerLines);
      }
    }

    /// Anything else; only counted and hashed.
    record Other() implements Content {}
  }

  /// The value of a header, in any case.
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /// The value of a field, when the content is a form.
  public Optional<String> field(String name) {
    return content instanceof Content.Form(PostedForm data) ? data.field(name) : Optional.empty();
  }

  /// The number of the attempt that the sender gives, from 1; empty when it gives none, or no
  /// number of up to nine digits.
  public OptionalInt attempt() {
    return header("postern-attempt").filter(value -> ATTEMPT.matcher(value).matches()).stream()
        .mapToInt(Integer::parseInt)
        .findFirst();
  }

  /// The path, without a query.
  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }
}
