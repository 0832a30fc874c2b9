package io.postern.webhook;

import io.postern.mime.Attachment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The map by which forms tell which file an HTML text means by `cid:`.
final class ContentIds {
  private ContentIds() {}

  /// A JSON map from Content-IDs to the names of fields, if there are any. Of two attachments with
  /// one id the first is told.
  ///
  /// @param form how the dialect writes an id
  /// @param field what names of file fields begin with
  static Optional<String> json(
      List<Attachment> attachments, UnaryOperator<String> form, String field) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < attachments.size(); i++) {
      String name = field + (i + 1);
      attachments.get(i).contentId().ifPresent(id -> fields.putIfAbsent(form.apply(id), name));
    }
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        JsonBody.text(
            json -> {
              json.writeStartObject();
              fields.forEach(json::writeStringProperty);
              json.writeEndObject();
            }));
  }
}
