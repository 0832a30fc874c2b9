package io.postern.settings;

import io.postern.settings.Node.Entry;
import io.postern.settings.Node.Mapping;
import io.postern.settings.Node.Scalar;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Reads where a secret stands. No problem's text ever shows a value, for it may be the secret
/// itself.
///
/// @param unreadable how bad it is when the secret's value can't be read now
record SecretReader(Problems problems, Surroundings surroundings, Severity unreadable) {
  private static final String FORMS = "{ env: NAME }, { file: PATH } or { credential: NAME }";
  static final List<String> KINDS = List.of("env", "file", "credential");

  Optional<Secret> read(String key, Node node) {
    if (!(node instanceof Mapping mapping)) {
      problems.error(
          node.place(), key + ": a secret doesn't stand in the file itself; write " + FORMS);
      return Optional.empty();
    }
    boolean known = true;
    for (Entry entry : mapping.entries()) {
      if (!KINDS.contains(entry.key())) {
        String cure =
            Nearest.of(entry.key(), KINDS)
                .map(nearest -> "did you mean " + Problem.quote(nearest) + "?")
                .orElse("write " + FORMS);
        problems.error(
            entry.place(), "unknown key %s; %s".formatted(Problem.quote(entry.key()), cure));
        known = false;
      }
    }
    if (!known) {
      return Optional.empty();
    }
    if (mapping.entries().size() != 1) {
      problems.error(mapping.place(), key + ": a secret stands in one place; write " + FORMS);
      return Optional.empty();
    }
    Optional<Secret> secret = named(key, mapping.entries().getFirst());
    secret.ifPresent(it -> tryNow(key, mapping.place(), it));
    return secret;
  }

  private Optional<Secret> named(String key, Entry entry) {
    Place place = entry.value().place();
    if (!(entry.value() instanceof Scalar scalar) || scalar.absent() || scalar.text().isEmpty()) {
      problems.error(place, key + ": the place of a secret is expected here; write " + FORMS);
      return Optional.empty();
    }
    String name = scalar.text();
    return switch (entry.key()) {
      case "env" -> {
        if (!Secrets.VARIABLE_NAME.matcher(name).matches()) {
          problems.error(
              place,
              key
                  + ": this is not the name of an environment variable; write letters, digits and"
                  + " underscores, such as DESK_PASSWORD");
          yield Optional.empty();
        }
        yield Optional.of(new Secrets.Variable(name, surroundings.environment()));
      }
      case "credential" -> {
        if (!Secrets.CREDENTIAL_NAME.matcher(name).matches()) {
          problems.error(
              place,
              key
                  + ": this is not the name of a credential; write letters, digits, hyphens and"
                  + " dots, such as desk-key");
          yield Optional.empty();
        }
        yield Optional.of(new Secrets.Credential(name, surroundings.environment()));
      }
      default -> {
        boolean isShown = name.codePoints().noneMatch(Character::isISOControl);
        Optional<Secret> file =
            surroundings
                .resolve(name)
                .filter(_ -> isShown)
                .map(path -> new Secrets.InFile(name, path));
        if (file.isEmpty()) {
          problems.error(place, key + ": this is not a path; write the path of the secret's file");
        }
        yield file;
      }
    };
  }

  private void tryNow(String key, Place place, Secret secret) {
    try {
      secret.value();
    } catch (IOException e) {
      problems.add(new Problem(place, unreadable, key + ": " + e.getMessage()));
    }
  }
}
