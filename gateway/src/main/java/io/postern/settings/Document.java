package io.postern.settings;

import io.postern.settings.Node.Mapping;
import io.postern.settings.Node.Scalar;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One file while it is read: its root section, and what was wrong in it. For one thread.
public final class Document {
  private final Problems problems;
  private final Surroundings surroundings;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Shape shape = new Shape();
  private final boolean questionnaire;
  private final Section root;
  private final boolean empty;

  private Document(Mapping root, boolean empty, Surroundings surroundings, Problems problems) {
    this(root, empty, false, surroundings, problems);
  }

  private Document(
      Mapping root,
      boolean empty,
      boolean questionnaire,
      Surroundings surroundings,
      Problems problems) {
    this.questionnaire = questionnaire;
    this.problems = problems;
    this.surroundings = surroundings;
    this.empty = empty;
    this.root = new Section(this, root, "", !empty, shape);
  }

  /// Reads a text of YAML whose root is a mapping.
  ///
  /// @param path the file it came from, as places name it; relative paths in it are relative to its
  ///   folder
  /// @param environment the process's environment variables, for secrets
  /// @param problems gets what is wrong
  /// @return empty when the text can't be read at all
  public static Optional<Document> read(
      Path path, String text, Map<String, String> environment, Problems problems) {
    Optional<Node> root = Yaml.read(path.toString(), text, problems);
    if (root.isEmpty()) {
      return Optional.empty();
    }
    Surroundings surroundings = new Surroundings(path, environment);
    return switch (root.get()) {
      case Mapping mapping -> Optional.of(new Document(mapping, false, surroundings, problems));
      case Scalar scalar when scalar.absent() ->
          Optional.of(
              new Document(new Mapping(scalar.place(), List.of()), true, surroundings, problems));
      case Node other -> {
        problems.error(other.place(), "keys and values are expected here; write key: value");
        yield Optional.empty();
      }
    };
  }

  /// Reads a file of a folder, in which there has to be a key at least.
  ///
  /// @param kind what stands in the folder
  /// @param file its path relative to the folder, and its text, as in [Sources#texts()]
  /// @param environment as for [#read]
  /// @param problems gets what is wrong
  /// @return empty when there is nothing to read
  public static Optional<Document> inFolder(
      Path folder,
      Sources.Kind kind,
      Map.Entry<String, String> file,
      Map<String, String> environment,
      Problems problems) {
    Path path;
    try {
      path = folder.resolve(file.getKey());
    } catch (InvalidPathException _) {
      problems.error(
          new Place(folder.toString(), 0, 0),
          "what was kept names a file that can't exist; reload with good %s files"
              .formatted(kind.one()));
      return Optional.empty();
    }
    Optional<Document> document = read(path, file.getValue(), environment, problems);
    if (document.filter(Document::isEmpty).isPresent()) {
      problems.error(
          document.get().root().place(),
          "no %s in this file; write one, or give the file another ending, such as .yaml.off"
              .formatted(kind.one()));
      return Optional.empty();
    }
    return document;
  }

  /// A document without a file, for finding out what a reader would want to know: every section is
  /// there, every list of sections has one, and no other key has a value. A reader that reads it
  /// finds problems, and its questions come out as [#schema].
  ///
  /// @param problems gets what the reader says about the values it misses
  public static Document questionnaire(Problems problems) {
    Path nowhere = Path.of("questionnaire");
    Mapping nothing = new Mapping(new Place(nowhere.toString(), 0, 0), List.of());
    return new Document(nothing, false, true, new Surroundings(nowhere, Map.of()), problems);
  }

  /// What was asked so far as a JSON Schema (draft 7), in maps, lists, numbers and texts.
  ///
  /// @param title what the file is, for a person
  public Map<String, Object> schema(String title) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("title", title);
    schema.putAll(shape.schema());
    return schema;
  }

  /// Its keys.
  public Section root() {
    return root;
  }

  /// True when the file holds nothing but comments.
  public boolean isEmpty() {
    return empty;
  }

  /// Every key that was asked for so far, as paths such as `smtp.listen`.
  public Set<String> asked() {
    return Set.copyOf(asked);
  }

  boolean isQuestionnaire() {
    return questionnaire;
  }

  Problems problems() {
    return problems;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  void ask(String path) {
    asked.add(path);
  }
}
