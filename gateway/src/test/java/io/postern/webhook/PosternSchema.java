package io.postern.webhook;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The published schema of the format `postern`, and another's validator that holds documents
/// against it.
final class PosternSchema {
  static final Path FILE = Path.of("../docs/postern.schema.json");

  private static final Schema SCHEMA = read();

  private PosternSchema() {}

  /// What is wrong with a document; empty if nothing is.
  static List<String> problems(String document) {
    return SCHEMA
        .validate(
            document,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static Schema read() {
    try {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Files.readString(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
