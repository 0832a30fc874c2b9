package io.postern.webhook;

import io.postern.mime.MailText;
import java.io.IOException;

/// A form in the making, in one of the two encodings that browsers know. For one thread.
sealed interface Form permits MultipartForm, UrlForm {
  /// Adds a field of text.
  void field(String name, MailText value) throws IOException;

  /// Adds a field that holds the message as it came, with the trace in front. Its bytes are not
  /// changed, whatever charset they are in.
  void field(String name, WholeMessage message) throws IOException;

  /// Adds a field of text.
  default void field(String name, String value) throws IOException {
    field(name, MailText.of(value));
  }

  /// The form as a body.
  Body body();
}
