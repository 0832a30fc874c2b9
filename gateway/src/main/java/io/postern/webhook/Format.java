package io.postern.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The formats an endpoint can ask for.
public enum Format {
  /// `multipart/form-data` as Customers Mail Cloud posts it, attachments as file parts.
  FORM,
  /// The same fields as `application/json`, without the attachments' content.
  JSON,
  /// The message itself, `message/rfc822`.
  RAW,
  /// Our own JSON: everything that is known of a mail.
  POSTERN,
  /// SendGrid's Inbound Parse.
  SENDGRID,
  /// Mailgun's routes.
  MAILGUN,
  /// Postmark's inbound webhook.
  POSTMARK,
  /// CloudMailin's normalised JSON.
  CLOUDMAILIN;

  /// The word in rule files.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Reads that word.
  public static Optional<Format> of(String word) {
    return Arrays.stream(values()).filter(format -> format.word().equals(word)).findFirst();
  }

  /// True when the format has a place for an API key as a field.
  public boolean hasKeyField() {
    return List.of(FORM, JSON, MAILGUN).contains(this);
  }

  /// True when the service lets its users choose to get the message as it came, beside its parts or
  /// in their place.
  public boolean hasRaw() {
    return List.of(SENDGRID, MAILGUN, POSTMARK).contains(this);
  }

  /// True when the body itself is signed, anew for each call.
  public boolean isSigned() {
    return this == MAILGUN;
  }

  /// True when attachments above a limit are left out of the body.
  public boolean hasInlineMax() {
    return this == POSTERN;
  }
}
