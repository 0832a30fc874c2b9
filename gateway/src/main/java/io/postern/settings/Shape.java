package io.postern.settings;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a reader has asked of one mapping: its keys, and what their values must be. It is told as a
/// JSON Schema (draft 7, which editors know best), so that what an editor offers and what the
/// reader takes have one source: the questions themselves. For one thread.
///
/// A schema says less than the reader: not which sizes are in range, nor which keys exclude each
/// other. It never refuses what the reader takes, but for `true` and `false` in quotes.
final class Shape {
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Set<String> required = new LinkedHashSet<>();

  /// What one value must be.
  interface Value {
    /// As a JSON Schema, in maps and lists.
    Map<String, Object> schema();
  }

  /// Notes a question. The first about a key counts: it is the one about its meaning, and others
  /// are asked to answer it.
  void ask(String key, Value value) {
    values.putIfAbsent(key, value);
  }

  /// Notes that a key must be there.
  void require(String key) {
    required.add(key);
  }

  /// All of it.
  Map<String, Object> schema() {
    Map<String, Object> properties = new LinkedHashMap<>();
    values.forEach((key, value) -> properties.put(key, value.schema()));
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", List.copyOf(required));
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  /// Any single value: what stands there is taken as text, whatever YAML takes it for.
  static Value text() {
    return () -> of("type", List.of("string", "number", "boolean"));
  }

  /// A whole number.
  static Value number(int min, int max) {
    return () -> {
      Map<String, Object> bare = of("type", "integer");
      bare.put("minimum", min);
      bare.put("maximum", max);
      Map<String, Object> quoted = of("type", "string");
      quoted.put("pattern", "^[0-9]+$");
      return of("anyOf", List.of(bare, quoted));
    };
  }

  /// A number with a unit.
  ///
  /// @param units as alternatives of a regular expression
  /// @param range in words
  static Value measure(String units, String range) {
    return () -> {
      Map<String, Object> schema = of("type", "string");
      schema.put("pattern", "^[0-9]+(" + units + ")$");
      schema.put("description", range);
      return schema;
    };
  }

  static Value flag() {
    return () -> of("type", "boolean");
  }

  /// One of a few words.
  static Value words(Set<String> words) {
    return () -> of("enum", List.copyOf(words));
  }

  /// What a secret is written as.
  static Value secret(List<String> kinds) {
    return () -> {
      Map<String, Object> properties = new LinkedHashMap<>();
      kinds.forEach(kind -> properties.put(kind, text().schema()));
      Map<String, Object> schema = of("type", "object");
      schema.put("properties", properties);
      schema.put("minProperties", 1);
      schema.put("maxProperties", 1);
      schema.put("additionalProperties", false);
      return schema;
    };
  }

  /// A list.
  static Value list(Value item, int countMin, int countMax) {
    return () -> {
      Map<String, Object> schema = of("type", "array");
      schema.put("items", item.schema());
      if (countMin > 0) {
        schema.put("minItems", countMin);
      }
      schema.put("maxItems", countMax);
      return schema;
    };
  }

  /// A section, which may be empty: its keys can all be commented out.
  static Value section(Shape keys) {
    return () -> {
      Map<String, Object> schema = keys.schema();
      if (keys.required.isEmpty()) {
        schema.put("type", List.of("object", "null"));
      }
      return schema;
    };
  }

  private static Map<String, Object> of(String key, Object value) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put(key, value);
    return schema;
  }
}
