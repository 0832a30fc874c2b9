package io.postern.feed;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The published schema of the events of `postern`, and another's validator that holds documents
/// against it.
record EventsSchema(Schema schema) {
  static EventsSchema read(Path file) throws IOException {
    return new EventsSchema(
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Files.readString(file)));
  }

  /// What is wrong with a document; empty if nothing is.
  List<String> problems(String document) {
    return schema
        .validate(
            document,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Object::toString)
        .toList();
  }
}
