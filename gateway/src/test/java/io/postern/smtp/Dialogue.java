package io.postern.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A dialogue of `src/test/resources/smtp`, whose README tells how one is written.
///
/// @param name the file's name
/// @param keys the lines that begin with `@`
/// @param steps the others, in order
record Dialogue(String name, Map<String, String> keys, List<Step> steps) {
  private static final String SUFFIX = ".dialogue";
  private static final Pattern STEP = Pattern.compile("([CRSKET])(?:\\*(\\d+)|(\\+))?: ?(.*)");
  private static final Pattern KEY = Pattern.compile("@ ([a-z-]+): (.*)");

  /// One thing that happens.
  sealed interface Step {
    /// Its line in the file, from 1.
    int line();

    /// The peer sends bytes.
    ///
    /// @param bytes one character a byte
    record Sends(int line, String bytes) implements Step {}

    /// The door sends a line.
    ///
    /// @param pattern what it says, with `*` for anything
    /// @param whole true for a reply of any number of lines, of which this is the last
    record Says(int line, String pattern, boolean whole) implements Step {
      boolean matches(String said) {
        String regex =
            Stream.of(pattern.split("\\*", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElseThrow();
        return said.matches(regex);
      }
    }

    /// A mail was kept.
    ///
    /// @param content one character a byte
    record Keeps(int line, String content) implements Step {}

    /// The peer turns to TLS.
    record Encrypts(int line) implements Step {}

    /// The connection ends.
    record Ends(int line) implements Step {}
  }

  /// All of them, by name.
  static List<Dialogue> all() {
    try (Stream<Path> files = Files.list(Path.of(Dialogue.class.getResource("/smtp").toURI()))) {
      List<Dialogue> all = new ArrayList<>();
      for (Path file : files.filter(it -> it.toString().endsWith(SUFFIX)).sorted().toList()) {
        all.add(read(file.getFileName().toString(), Files.readAllLines(file)));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /// Reads one.
  static Dialogue read(String name, List<String> lines) {
    Map<String, String> keys = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      Matcher key = KEY.matcher(line);
      Matcher step = STEP.matcher(line);
      if (key.matches()) {
        keys.put(key.group(1), key.group(2));
      } else if (step.matches()) {
        int times = step.group(2) == null ? 1 : Integer.parseInt(step.group(2));
        boolean whole = step.group(3) != null;
        String text = step.group(4);
        switch (step.group(1)) {
          case "C" -> steps.add(new Step.Sends(i + 1, latin1(utf8((text + "\r\n").repeat(times)))));
          case "R" -> steps.add(new Step.Sends(i + 1, bytes(text.repeat(times))));
          case "K" -> steps.add(new Step.Keeps(i + 1, bytes(text)));
          case "E" -> steps.add(new Step.Ends(i + 1));
          case "T" -> steps.add(new Step.Encrypts(i + 1));
          default -> {
            for (int n = 0; n < times; n++) {
              steps.add(new Step.Says(i + 1, text, whole));
            }
          }
        }
      } else {
        throw new AssertionError(name + ":" + (i + 1) + ": not understood: " + line);
      }
    }
    return new Dialogue(name, Map.copyOf(keys), List.copyOf(steps));
  }

  /// The settings of its door.
  Settings settings() {
    for (String key : keys.keySet()) {
      if (!List.of("help-url", "bare-line-ends", "tls").contains(key)) {
        throw new AssertionError(name + ": unknown key " + key);
      }
    }
    BareLineEnds lineEnds =
        switch (keys.getOrDefault("bare-line-ends", "refuse")) {
          case "refuse" -> BareLineEnds.REFUSE;
          case "normalise" -> BareLineEnds.NORMALISE;
          default -> throw new AssertionError(name + ": bare-line-ends is refuse or normalise");
        };
    return settings(lineEnds, keys.getOrDefault("help-url", ""));
  }

  /// The settings of a door for dialogues.
  static Settings settings(BareLineEnds lineEnds, String help) {
    return new Settings(
        Doors.HOST,
        List.of(Doors.loopback()),
        Doors.LIMITS,
        Doors.patience(Doors.LONG),
        Doors.crowd(50),
        lineEnds,
        help);
  }

  /// True when its door has a certificate.
  boolean hasTls() {
    return switch (keys.getOrDefault("tls", "off")) {
      case "off" -> false;
      case "on" -> true;
      default -> throw new AssertionError(name + ": tls is on or off");
    };
  }

  /// All that the peer sends.
  byte[] sent() {
    StringBuilder sent = new StringBuilder();
    for (Step step : steps) {
      if (step instanceof Step.Sends(int _, String bytes)) {
        sent.append(bytes);
      }
    }
    return sent.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return name.substring(0, name.length() - SUFFIX.length()).replace('-', ' ');
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /// Text in UTF-8 with the escapes for other bytes, one character a byte.
  private static String bytes(String escaped) {
    byte[] utf8 = utf8(escaped);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int i = 0;
    while (i < utf8.length) {
      if (utf8[i] != '\\') {
        bytes.write(utf8[i]);
        i++;
        continue;
      }
      switch (utf8[i + 1]) {
        case 'r' -> bytes.write('\r');
        case 'n' -> bytes.write('\n');
        case '0' -> bytes.write(0);
        case 'x' -> {
          bytes.write(Integer.parseInt(latin1(new byte[] {utf8[i + 2], utf8[i + 3]}), 16));
          i += 2;
        }
        default -> throw new AssertionError("unknown escape in " + escaped);
      }
      i += 2;
    }
    return latin1(bytes.toByteArray());
  }
}
