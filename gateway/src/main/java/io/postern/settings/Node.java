package io.postern.settings;

import java.util.List;

/// A piece of a YAML file, with its place.
sealed interface Node {
  Place place();

  /// A value on its own.
  ///
  /// @param text as YAML reads it, quotes and escapes resolved
  /// @param absent true for `null` and for nothing at all
  record Scalar(Place place, String text, boolean absent) implements Node {}

  /// A list.
  record Sequence(Place place, List<Node> items) implements Node {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /// Keys and values; no key stands twice.
  record Mapping(Place place, List<Entry> entries) implements Node {
    public Mapping {
      entries = List.copyOf(entries);
    }
  }

  /// One key of a mapping.
  ///
  /// @param place the place of the key
  record Entry(Place place, String key, Node value) {}
}
