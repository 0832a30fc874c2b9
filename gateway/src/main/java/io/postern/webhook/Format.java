package io.postern.webhook;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/// The dialects an endpoint can ask for.
public enum Format {
  /// `multipart/form-data` as Customers Mail Cloud posts it, attachments as file parts.
  FORM,
  /// The same fields as `application/json`, without the attachments' content.
  JSON,
  /// The message itself, `message/rfc822`.
  RAW;

  /// The word in rule files.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads that word.
  public static Optional<Format> of(String word) {
    for (Format format : values()) {
      if (format.word().equals(word)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /// True when the format has a place for an API key as a field.
  public boolean hasKeyField() {
    return this != RAW;
  }

  /// Renders a payload.
  ///
  /// @param payload what to tell
  /// @param apiKey the value of the `api_key` field; empty for none
  /// @throws IOException when the stored message can't be read now
  public Body body(Payload payload, String apiKey) throws IOException {
    return switch (this) {
      case FORM -> FormFormat.body(payload, apiKey);
      case JSON -> JsonFormat.body(payload, apiKey);
      case RAW -> RawFormat.body(payload);
    };
  }
}
