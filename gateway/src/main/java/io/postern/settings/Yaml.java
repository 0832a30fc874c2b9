package io.postern.settings;

import io.postern.settings.Node.Entry;
import io.postern.settings.Node.Mapping;
import io.postern.settings.Node.Scalar;
import io.postern.settings.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/// YAML 1.2 to nodes with places. Left out on purpose, because each makes a file mean something
/// else than it shows: anchors, aliases, tags, a key that stands twice, a second document. For one
/// reading.
final class Yaml {
  /// How deep lists and mappings may nest.
  static final int DEPTH_MAX = 50;

  private static final YAMLFactory YAML = new YAMLFactory();

  private final String file;
  private final int[] characters;
  private final YAMLParser parser;
  private final Problems problems;

  private Yaml(String file, String text, YAMLParser parser, Problems problems) {
    this.file = file;
    this.characters = text.codePoints().toArray();
    this.parser = parser;
    this.problems = problems;
  }

  /// Reads a text.
  ///
  /// @param file as places name it
  /// @param problems gets what is wrong; at most one syntax error, for what follows one is
  ///   guesswork
  /// @return empty when the text is no YAML; an absent scalar when it holds nothing
  static Optional<Node> read(String file, String text, Problems problems) {
    try (YAMLParser parser = (YAMLParser) YAML.createParser(ObjectReadContext.empty(), text)) {
      return Optional.of(new Yaml(file, text, parser, problems).document());
    } catch (JacksonException e) {
      problems.add(SyntaxError.problem(file, e));
      return Optional.empty();
    }
  }

  private Node document() {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return new Scalar(new Place(file, 1, 1), "", true);
    }
    Node root = node(first, 1);
    if (parser.nextToken() != null) {
      problems.error(
          place(),
          "a second document starts here; a file holds one, so move it to a file of its own");
    }
    return root;
  }

  private Node node(JsonToken token, int depth) {
    Place place = place();
    refuseDecorations(place);
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      if (depth > DEPTH_MAX) {
        problems.error(place, "nested deeper than " + DEPTH_MAX + " levels; write it flatter");
        parser.skipChildren();
        return new Scalar(place, "", true);
      }
      return token == JsonToken.START_OBJECT ? mapping(place, depth) : sequence(place, depth);
    }
    return new Scalar(place, parser.getString(), token == JsonToken.VALUE_NULL);
  }

  private Sequence sequence(Place place, int depth) {
    List<Node> items = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      items.add(node(token, depth + 1));
    }
    return new Sequence(place, items);
  }

  private Mapping mapping(Place place, int depth) {
    @Nullable String mappingsAnchor = parser.getObjectId();
    List<Entry> entries = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    for (JsonToken token = next(); token != JsonToken.END_OBJECT; token = next()) {
      Place keyPlace = place();
      String key = parser.getString();
      @Nullable String anchor = parser.getObjectId();
      if (anchor != null && !anchor.equals(mappingsAnchor)) {
        refuseAnchor(keyPlace, anchor);
      }
      Node value = node(next(), depth + 1);
      @Nullable Place first = seen.putIfAbsent(key, keyPlace);
      if (first == null) {
        entries.add(new Entry(keyPlace, key, value));
      } else {
        problems.error(
            keyPlace,
            "the key %s stands already in line %d; remove one of them"
                .formatted(Problem.quote(key), first.line()));
      }
    }
    return new Mapping(place, entries);
  }

  private void refuseDecorations(Place place) {
    if (parser.isCurrentAlias()) {
      problems.error(
          place,
          "an alias (*%s) is not read here; write the value itself, or quote it if the star is meant"
              .formatted(parser.getString()));
      return;
    }
    @Nullable String anchor = parser.getObjectId();
    if (anchor != null) {
      refuseAnchor(place, anchor);
    } else if (beginsWithAnchor()) {
      refuseAnchor(place, "");
    }
    @Nullable String tag = parser.getRawTag();
    if (tag != null) {
      problems.error(
          place,
          "a tag (%s) is not read here; remove it, or quote the value if the exclamation mark is meant"
              .formatted(tag));
    }
  }

  /// The parser tells the anchors of lists and mappings, but not those of single values. No such
  /// value begins with an ampersand of its own.
  private boolean beginsWithAnchor() {
    long at = parser.currentTokenLocation().getCharOffset();
    return parser.currentToken().isScalarValue()
        && at >= 0
        && at < characters.length
        && characters[(int) at] == '&';
  }

  private void refuseAnchor(Place place, String anchor) {
    problems.error(
        place,
        "an anchor (&%s) is not read here; remove it, or quote the value if the ampersand is meant"
            .formatted(anchor));
  }

  /// The next token where the grammar promises one.
  private JsonToken next() {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw new IllegalStateException("the parser ended inside a mapping or list");
    }
    return token;
  }

  private Place place() {
    TokenStreamLocation location = parser.currentTokenLocation();
    return new Place(file, location.getLineNr(), location.getColumnNr());
  }
}
