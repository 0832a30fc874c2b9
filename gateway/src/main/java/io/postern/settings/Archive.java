package io.postern.settings;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The texts of a folder as one JSON document, which the store keeps.
///
/// @param format the version of this form
/// @param files the files
record Archive(int format, List<File> files) {
  private static final int FORMAT = 1;

  /// Made at the first text that is kept or fetched: it takes a good part of the start-up time of a
  /// command that needs neither.
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }

  /// One file.
  ///
  /// @param path relative to the folder, with `/` between the parts
  /// @param text its content
  record File(String path, String text) {}

  static String write(Sources sources) {
    List<File> files =
        sources.texts().entrySet().stream()
            .map(entry -> new File(entry.getKey(), entry.getValue()))
            .toList();
    return Json.MAPPER.writeValueAsString(new Archive(FORMAT, files));
  }

  /// Reads what [#write] wrote.
  ///
  /// @return empty when the text is something else
  static Optional<Sources> read(String text) {
    try {
      Archive archive = Json.MAPPER.readValue(text, Archive.class);
      if (archive == null || archive.format() != FORMAT || archive.files() == null) {
        return Optional.empty();
      }
      SortedMap<String, String> texts = new TreeMap<>();
      for (File file : archive.files()) {
        if (file == null || file.path() == null || file.text() == null) {
          return Optional.empty();
        }
        texts.put(file.path(), file.text());
      }
      return Optional.of(new Sources(texts, List.of()));
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }
}
