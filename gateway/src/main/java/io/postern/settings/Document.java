package io.postern.settings;

import io.postern.settings.Node.Mapping;
import io.postern.settings.Node.Scalar;
import java.nio.file.Path;
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
  private final Section root;
  private final boolean empty;

  private Document(Mapping root, boolean empty, Surroundings surroundings, Problems problems) {
    this.problems = problems;
    this.surroundings = surroundings;
    this.empty = empty;
    this.root = new Section(this, root, "", !empty);
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
