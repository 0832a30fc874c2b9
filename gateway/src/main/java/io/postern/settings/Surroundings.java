package io.postern.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What a file's text refers to without holding it: paths relative to its folder, and secrets.
final class Surroundings {
  private final Path file;
  private final Map<String, String> environment;

  /// Those of a file.
  ///
  /// @param file its path; relative paths in it are relative to its folder
  /// @param environment the process's environment variables, for `{env: NAME}` and for
  ///   `CREDENTIALS_DIRECTORY`
  Surroundings(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = Map.copyOf(environment);
  }

  /// A path as the file means it.
  ///
  /// @return empty when the file system can't have such a path
  Optional<Path> resolve(String path) {
    try {
      return Optional.of(file.resolveSibling(path));
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  Map<String, String> environment() {
    return environment;
  }

  /// The file's name only: the environment holds secrets.
  @Override
  public String toString() {
    return "surroundings of " + file;
  }
}
