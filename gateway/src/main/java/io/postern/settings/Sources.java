package io.postern.settings;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The texts of a folder of files that people write, as read at one moment.
///
/// @param texts by path relative to the folder, with `/` between the parts
/// @param problems what could not be read, and what was passed over
public record Sources(SortedMap<String, String> texts, List<Problem> problems) {
  private static final int VERSION_DIGITS = 32;

  public Sources {
    texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
    problems = List.copyOf(problems);
  }

  /// What kind of files stands in a folder, for problems.
  ///
  /// @param one such as `rule`
  /// @param many such as `rules`, which is also the key of the folder in the configuration
  public record Kind(String one, String many) {}

  /// Reads the folder's files, `*.yaml`, and those of its sub-folders.
  public static Sources of(Path folder, Kind kind) {
    return Folder.read(folder, kind);
  }

  /// Reads what [#archive()] gave.
  ///
  /// @return empty when the text is something else
  public static Optional<Sources> fromArchive(String archive) {
    return Archive.read(archive);
  }

  /// All of it as one text.
  public String archive() {
    return Archive.write(this);
  }

  /// A hash of paths and texts: the same files have the same version everywhere. 32 hexadecimal
  /// digits.
  public String version() {
    MessageDigest digest = sha256();
    texts.forEach(
        (path, text) -> {
          add(digest, path);
          add(digest, text);
        });
    return HexFormat.of().formatHex(digest.digest()).substring(0, VERSION_DIGITS);
  }

  /// Two looks with the same fingerprint saw the same files, and the same trouble with them.
  public String fingerprint() {
    MessageDigest digest = sha256();
    add(digest, version());
    problems.forEach(problem -> add(digest, problem.toString()));
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Adds a text with its length before it, so that no two lists of texts look alike.
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
