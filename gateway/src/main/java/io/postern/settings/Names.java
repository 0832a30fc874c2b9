package io.postern.settings;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The names of things that each have a file, of which no two may be called the same. Reads the key
/// `name`. For one thread.
public final class Names {
  /// The longest name, in characters.
  public static final int CHARS_MAX = 100;

  private final String noun;
  private final String example;
  private final Map<String, Place> taken = new HashMap<>();

  /// @param noun what has the names, such as `rule`
  /// @param example a name, for who has none
  public Names(String noun, String example) {
    this.noun = noun;
    this.example = example;
  }

  /// Reads the name of one of them.
  ///
  /// @return empty when there is none to read; a name that was refused is there, since what follows
  ///   may have problems too
  public Optional<Text> read(Section root) {
    root.require("name", "name: " + example);
    Optional<Text> name = root.text("name");
    if (name.isEmpty()) {
      return Optional.empty();
    }
    String value = name.get().value();
    if (value.length() > CHARS_MAX) {
      root.refuse("name", "longer than " + CHARS_MAX + " characters; write a shorter one");
    }
    if (!value.strip().equals(value)) {
      root.refuse("name", "a space at its start or end; remove it");
    }
    @Nullable Place first = taken.putIfAbsent(value, name.get().place());
    if (first != null) {
      root.refuse(
          "name",
          "%s is the name of the %s at %s; give each %s a name of its own"
              .formatted(Problem.quote(value), noun, first, noun));
    }
    return name;
  }
}
