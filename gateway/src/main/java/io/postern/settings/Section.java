package io.postern.settings;

import io.postern.settings.Node.Entry;
import io.postern.settings.Node.Mapping;
import io.postern.settings.Node.Scalar;
import io.postern.settings.Node.Sequence;
import io.postern.settings.Problem.Severity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A mapping of a file, read key by key into types. A value that is wrong becomes a problem, which
/// says what to write instead, and reads as if it were absent; the caller goes on, so that all
/// problems are found, and looks at [Problems#hasErrors()] before it uses what it read. A section
/// that isn't there reads as one without keys. When every key has been asked for, [#done()] tells
/// the unknown ones. For one thread.
public final class Section {
  /// No text is longer.
  public static final int TEXT_CHARS_MAX = 4_096;

  private static final Measure DURATION =
      new Measure(
          "a duration",
          "s, m, h or d",
          "s|m|h|d",
          "30s",
          Units::seconds,
          seconds -> Units.duration(Duration.ofSeconds(seconds)));

  private final Document document;
  private final Mapping mapping;
  private final String path;
  private final boolean present;
  private final Shape shape;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<String> known = new LinkedHashSet<>();
  private final List<Section> children = new ArrayList<>();

  Section(Document document, Mapping mapping, String path, boolean present, Shape shape) {
    this.document = document;
    this.mapping = mapping;
    this.path = path;
    this.present = present;
    this.shape = shape;
    mapping.entries().forEach(entry -> entries.put(entry.key(), entry));
  }

  /// Where it begins.
  public Place place() {
    return mapping.place();
  }

  /// Where the value of a key stands; the section's place when it is absent.
  public Place place(String key) {
    @Nullable Entry entry = entries.get(key);
    return entry == null ? place() : entry.value().place();
  }

  /// False for a section that isn't in the file.
  public boolean isPresent() {
    return present;
  }

  /// True when the key stands here, whatever its value.
  public boolean has(String key) {
    return entries.containsKey(key);
  }

  /// Tells that a key must stand here when it doesn't.
  ///
  /// @param example what to write, such as `name: support-desk`
  public void require(String key, String example) {
    shape.require(key);
    if (!has(key)) {
      error(place(), "the key %s is missing; write %s".formatted(Problem.quote(key), example));
    }
  }

  /// Tells a problem with a key's value.
  ///
  /// @param text what is wrong, and what to write
  public void refuse(String key, String text) {
    error(place(key), key + ": " + text);
  }

  /// Tells what somebody should look at in a key's value.
  public void warn(String key, String text) {
    document.problems().warn(place(key), key + ": " + text);
  }

  /// A text.
  public Optional<Text> text(String key) {
    shape.ask(key, Shape.text());
    return scalar(key).flatMap(scalar -> checkedText(key, scalar));
  }

  /// A whole number.
  ///
  /// @param fallback when the key is absent, or its value wrong
  public int number(String key, int fallback, int min, int max) {
    shape.ask(key, Shape.number(min, max));
    Optional<Text> text = text(key);
    return text.isEmpty() ? fallback : number(key, text.get(), min, max).orElse(fallback);
  }

  /// A size in bytes, written with its unit: `64KB`, `35MB`, `1GB`, powers of 1024.
  ///
  /// @param fallback when the key is absent, or its value wrong
  public long size(String key, long fallback, long min, long max) {
    Measure size =
        new Measure("a size", "KB, MB or GB", "KB|MB|GB", "35MB", Units::bytes, Units::size);
    return measure(key, size, min, max).orElse(fallback);
  }

  /// A duration of whole seconds, written with its unit: `30s`, `5m`, `12h`, `4d`.
  ///
  /// @param fallback when the key is absent, or its value wrong
  public Duration duration(String key, Duration fallback, Duration min, Duration max) {
    OptionalLong seconds = measure(key, DURATION, min.toSeconds(), max.toSeconds());
    return seconds.isEmpty() ? fallback : Duration.ofSeconds(seconds.getAsLong());
  }

  /// A list of durations, one at least. An absent key reads as an empty list.
  public List<Duration> durations(String key, int countMax, Duration min, Duration max) {
    List<Duration> durations = new ArrayList<>();
    String range = DURATION.range(min.toSeconds(), max.toSeconds());
    shape.ask(key, Shape.list(Shape.measure(DURATION.endings(), range), 1, countMax));
    for (Text text : texts(key, 1, countMax)) {
      measure(key, text, DURATION, min.toSeconds(), max.toSeconds())
          .ifPresent(seconds -> durations.add(Duration.ofSeconds(seconds)));
    }
    return List.copyOf(durations);
  }

  /// `true` or `false`.
  ///
  /// @param fallback when the key is absent, or its value wrong
  public boolean flag(String key, boolean fallback) {
    Map<String, Boolean> words = new LinkedHashMap<>();
    shape.ask(key, Shape.flag());
    words.put("true", true);
    words.put("false", false);
    return word(key, words).orElse(fallback);
  }

  /// One of a few words.
  ///
  /// @param words what each means, in the order in which a problem lists them
  public <E> Optional<E> word(String key, Map<String, E> words) {
    shape.ask(key, Shape.words(words.keySet()));
    return text(key).flatMap(text -> meant(key, text, words));
  }

  /// A list of some of a few words, one at least. An absent key reads as an empty list.
  ///
  /// @param words what each means, in the order in which a problem lists them
  public <E> List<E> words(String key, Map<String, E> words) {
    List<E> meant = new ArrayList<>();
    shape.ask(key, Shape.list(Shape.words(words.keySet()), 1, words.size()));
    for (Text text : texts(key, 1, words.size())) {
      meant(key, text, words).ifPresent(meant::add);
    }
    return List.copyOf(meant);
  }

  private <E> Optional<E> meant(String key, Text text, Map<String, E> words) {
    @Nullable E meant = words.get(text.value());
    if (meant == null) {
      error(
          text.place(),
          "%s: %s is not known; write %s"
              .formatted(key, Problem.quote(text.value()), choice(words.keySet())));
    }
    return Optional.ofNullable(meant);
  }

  /// A path; a relative one is relative to the file's folder.
  public Optional<Path> path(String key) {
    Optional<Text> text = text(key);
    Optional<Path> resolved =
        text.flatMap(written -> document.surroundings().resolve(written.value()));
    if (text.isPresent() && resolved.isEmpty()) {
      refuse(key, "%s is not a path; write a path".formatted(Problem.quote(text.get().value())));
    }
    return resolved;
  }

  /// A list of texts. An absent key reads as an empty list, whatever the least count.
  public List<Text> texts(String key, int countMin, int countMax) {
    List<Text> texts = new ArrayList<>();
    shape.ask(key, Shape.list(Shape.text(), countMin, countMax));
    for (Node item : items(key, countMin, countMax)) {
      asScalar(key, item).flatMap(scalar -> checkedText(key, scalar)).ifPresent(texts::add);
    }
    return List.copyOf(texts);
  }

  /// A list of whole numbers.
  public List<Integer> numbers(String key, int countMax, int min, int max) {
    List<Integer> numbers = new ArrayList<>();
    shape.ask(key, Shape.list(Shape.number(min, max), 0, countMax));
    for (Text text : texts(key, 0, countMax)) {
      number(key, text, min, max).ifPresent(numbers::add);
    }
    return List.copyOf(numbers);
  }

  /// A list of networks, `192.0.2.0/24` or `2001:db8::/32`; an address alone is a network of one.
  public List<Network> networks(String key, int countMax) {
    List<Network> networks = new ArrayList<>();
    for (Text text : texts(key, 0, countMax)) {
      Optional<Network> network = Network.parse(text.value());
      if (network.isEmpty()) {
        error(
            text.place(),
            "%s: %s is not a network; write 192.0.2.0/24 or 2001:db8::/32, or an address alone"
                .formatted(key, Problem.quote(text.value())));
        continue;
      }
      Optional<InetAddress> written = Network.literal(text.value().replaceFirst("/.*", ""));
      if (!written.equals(Optional.of(network.get().base()))) {
        error(
            text.place(),
            "%s: %s is an address inside a network; write %s for all of it, or leave out the / for the"
                    .formatted(key, Problem.quote(text.value()), network.get())
                + " address alone");
        continue;
      }
      networks.add(network.get());
    }
    return List.copyOf(networks);
  }

  /// An IP address and a port, `127.0.0.1:2525` or `[::1]:2525`; port 0 is any free one. Names are
  /// not looked up.
  public Optional<InetSocketAddress> socket(String key) {
    return text(key).flatMap(text -> socket(key, text));
  }

  /// A list of what [#socket] reads.
  public List<InetSocketAddress> sockets(String key, int countMin, int countMax) {
    List<InetSocketAddress> sockets = new ArrayList<>();
    for (Text text : texts(key, countMin, countMax)) {
      socket(key, text).ifPresent(sockets::add);
    }
    return List.copyOf(sockets);
  }

  /// A secret, which stands elsewhere: `{ env: NAME }`, `{ file: PATH }` or `{ credential: NAME }`.
  ///
  /// @param unreadable how bad it is when its value can't be read now
  public Optional<Secret> secret(String key, Severity unreadable) {
    shape.ask(key, Shape.secret(SecretReader.KINDS));
    @Nullable Entry entry = entry(key);
    return entry == null ? Optional.empty() : secret(key, entry.value(), unreadable);
  }

  /// A list of secrets.
  public List<Secret> secrets(String key, int countMax, Severity unreadable) {
    List<Secret> secrets = new ArrayList<>();
    shape.ask(key, Shape.list(Shape.secret(SecretReader.KINDS), 0, countMax));
    for (Node item : items(key, 0, countMax)) {
      secret(key, item, unreadable).ifPresent(secrets::add);
    }
    return List.copyOf(secrets);
  }

  /// The keys under a key.
  public Section section(String key) {
    Shape keysShape = new Shape();
    shape.ask(key, Shape.section(keysShape));
    @Nullable Entry entry = entry(key);
    if (entry == null) {
      return child(new Mapping(place(), List.of()), key, document.isQuestionnaire(), keysShape);
    }
    return switch (entry.value()) {
      case Mapping keys -> child(keys, key, true, keysShape);
      case Scalar scalar when scalar.absent() ->
          // A section whose keys are all commented out.
          child(new Mapping(scalar.place(), List.of()), key, true, keysShape);
      case Node other -> {
        error(other.place(), key + ": keys are expected here; write " + key + ": { key: value }");
        yield child(new Mapping(other.place(), List.of()), key, false, keysShape);
      }
    };
  }

  /// A list of sections.
  public List<Section> sections(String key, int countMax) {
    List<Section> sections = new ArrayList<>();
    Shape itemShape = new Shape();
    shape.ask(key, Shape.list(Shape.section(itemShape), 0, countMax));
    if (document.isQuestionnaire()) {
      sections.add(child(new Mapping(place(), List.of()), key, true, itemShape));
    }
    for (Node item : items(key, 0, countMax)) {
      if (item instanceof Mapping keys) {
        sections.add(child(keys, key, true, itemShape));
      } else {
        error(item.place(), key + ": keys are expected here; write - key: value");
      }
    }
    return List.copyOf(sections);
  }

  /// Tells the keys, here and in the sections read from here, that nobody asked for.
  public void done() {
    for (Entry entry : mapping.entries()) {
      if (!known.contains(entry.key())) {
        error(entry.place(), unknown(entry.key(), known));
      }
    }
    children.forEach(Section::done);
  }

  private static String unknown(String key, Set<String> known) {
    String cure =
        Nearest.of(key, known)
            .map(nearest -> "did you mean " + Problem.quote(nearest) + "?")
            .orElse("known here: " + String.join(", ", known));
    return "unknown key %s; %s".formatted(Problem.quote(key), cure);
  }

  private @Nullable Entry entry(String key) {
    known.add(key);
    document.ask(path + key);
    return entries.get(key);
  }

  private Optional<Scalar> scalar(String key) {
    @Nullable Entry entry = entry(key);
    return entry == null ? Optional.empty() : asScalar(key, entry.value());
  }

  private Optional<Scalar> asScalar(String key, Node node) {
    if (!(node instanceof Scalar scalar)) {
      error(node.place(), key + ": one value is expected here; write " + key + ": value");
      return Optional.empty();
    }
    if (scalar.absent() || scalar.text().isEmpty()) {
      error(scalar.place(), key + ": no value; write one, or remove the key");
      return Optional.empty();
    }
    return Optional.of(scalar);
  }

  private Optional<Text> checkedText(String key, Scalar scalar) {
    String text = scalar.text();
    if (text.length() > TEXT_CHARS_MAX) {
      error(
          scalar.place(),
          key + ": longer than " + TEXT_CHARS_MAX + " characters; write it shorter");
      return Optional.empty();
    }
    if (text.codePoints().anyMatch(c -> Character.isISOControl(c) || isSurrogate(c))) {
      error(
          scalar.place(),
          key + ": a line end or another control character in the value; write it on one line");
      return Optional.empty();
    }
    return Optional.of(new Text(scalar.place(), text));
  }

  private static boolean isSurrogate(int c) {
    return c <= Character.MAX_VALUE && Character.isSurrogate((char) c);
  }

  private Optional<Integer> number(String key, Text text, int min, int max) {
    OptionalLong number = Units.number(text.value());
    if (number.isEmpty()) {
      error(
          text.place(),
          "%s: %s is not a whole number; write %d to %d, in digits only"
              .formatted(key, Problem.quote(text.value()), min, max));
      return Optional.empty();
    }
    if (number.getAsLong() < min || number.getAsLong() > max) {
      error(
          text.place(),
          "%s: %s is out of range; write %d to %d".formatted(key, text.value(), min, max));
      return Optional.empty();
    }
    return Optional.of((int) number.getAsLong());
  }

  /// A kind of number with a unit.
  private record Measure(
      String called,
      String units,
      String endings,
      String example,
      Function<String, OptionalLong> read,
      Function<Long, String> told) {
    String range(long min, long max) {
      return told.apply(min) + " to " + told.apply(max);
    }
  }

  private OptionalLong measure(String key, Measure kind, long min, long max) {
    shape.ask(key, Shape.measure(kind.endings(), kind.range(min, max)));
    Optional<Text> text = text(key);
    return text.isEmpty() ? OptionalLong.empty() : measure(key, text.get(), kind, min, max);
  }

  private OptionalLong measure(String key, Text text, Measure kind, long min, long max) {
    String range = kind.range(min, max);
    String value = text.value();
    OptionalLong amount = kind.read().apply(value);
    if (amount.isPresent() && amount.getAsLong() >= min && amount.getAsLong() <= max) {
      return amount;
    }
    String wrong;
    if (amount.isPresent()) {
      wrong = "%s is out of range; write %s".formatted(value, range);
    } else if (Units.digits(value)) {
      wrong = "%s has no unit; write %s after the number, %s".formatted(value, kind.units(), range);
    } else {
      wrong =
          "%s is not %s; write a number and %s, such as %s, from %s"
              .formatted(Problem.quote(value), kind.called(), kind.units(), kind.example(), range);
    }
    error(text.place(), key + ": " + wrong);
    return OptionalLong.empty();
  }

  private Optional<InetSocketAddress> socket(String key, Text text) {
    Optional<InetSocketAddress> socket = Network.socket(text.value());
    if (socket.isEmpty()) {
      error(
          text.place(),
          "%s: %s is not an IP address and a port; write \"127.0.0.1:2525\" or \"[::1]:2525\" (names"
                  .formatted(key, Problem.quote(text.value()))
              + " are not looked up)");
    }
    return socket;
  }

  private List<Node> items(String key, int countMin, int countMax) {
    @Nullable Entry entry = entry(key);
    if (entry == null) {
      return List.of();
    }
    if (!(entry.value() instanceof Sequence sequence)) {
      error(
          entry.value().place(),
          "%s: a list is expected here; write %s: [ ... ]".formatted(key, key));
      return List.of();
    }
    if (sequence.items().size() < countMin) {
      error(sequence.place(), key + ": the list is empty; write one item at least");
      return List.of();
    }
    if (sequence.items().size() > countMax) {
      error(
          sequence.place(),
          "%s: %d items; write %d at most".formatted(key, sequence.items().size(), countMax));
      return List.of();
    }
    return sequence.items();
  }

  private Optional<Secret> secret(String key, Node node, Severity unreadable) {
    return new SecretReader(document.problems(), document.surroundings(), unreadable)
        .read(key, node);
  }

  private Section child(Mapping keys, String key, boolean isPresent, Shape childShape) {
    Section child = new Section(document, keys, path + key + ".", isPresent, childShape);
    children.add(child);
    return child;
  }

  private static String choice(Set<String> words) {
    List<String> list = List.copyOf(words);
    if (list.size() == 1) {
      return list.getFirst();
    }
    return String.join(", ", list.subList(0, list.size() - 1)) + " or " + list.getLast();
  }

  private void error(Place place, String text) {
    document.problems().error(place, text);
  }
}
