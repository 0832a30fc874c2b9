package io.postern.cli;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON for people to read. The mapper is made at the first text, and not with the commands, which
/// `--help` makes all.
final class IndentedJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private IndentedJson() {}

  static String of(Object value) {
    return MAPPER.writeValueAsString(value);
  }
}
