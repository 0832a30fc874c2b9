package io.postern.rules;

import io.postern.settings.Problem.Severity;
import io.postern.settings.Secret;
import io.postern.settings.Section;
import io.postern.webhook.Dialect;
import io.postern.webhook.Format;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Reads what a rule says of its format: `format`, and the options that some formats have beside
/// it, `raw`, `inline-max` and `signing-key`. An option of another format is a problem, for whoever
/// wrote it expects something of it.
///
/// @param post the section of the rule file
/// @param unreadable how bad it is when the signing key can't be read
record DialectReader(Section post, Severity unreadable) {
  Dialect dialect() {
    Map<String, Format> formats = new LinkedHashMap<>();
    for (Format format : Format.values()) {
      formats.put(format.word(), format);
    }
    Format format = post.word("format", formats).orElse(Format.FORM);
    boolean raw = post.flag("raw", false);
    long inlineMax = post.size("inline-max", Dialect.INLINE_MAX, 0, Dialect.INLINE_TOTAL_MAX);
    refuse("raw", format, Format::hasRaw);
    refuse("inline-max", format, Format::hasInlineMax);
    return new Dialect(format, raw && format.hasRaw(), inlineMax);
  }

  /// The key that bodies of a signed format are signed with.
  Optional<Secret> signingKey(Format format) {
    if (format.isSigned()) {
      post.require("signing-key", "signing-key: { file: " + format.word() + ".key }");
    }
    refuse("signing-key", format, Format::isSigned);
    return post.secret("signing-key", unreadable);
  }

  private void refuse(String key, Format format, Predicate<Format> has) {
    if (post.has(key) && !has.test(format)) {
      List<String> others = Arrays.stream(Format.values()).filter(has).map(Format::word).toList();
      post.refuse(
          key,
          "the format %s has no such option, only %s; remove it, or change the format"
              .formatted(format.word(), String.join(", ", others)));
    }
  }
}
