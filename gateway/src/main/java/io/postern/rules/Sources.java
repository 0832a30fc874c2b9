package io.postern.rules;

import io.postern.settings.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// The texts of a folder of rule files, as read at one moment.
///
/// @param texts by path relative to the folder, with `/` between the parts
/// @param problems what could not be read, and what was passed over
record Sources(SortedMap<String, String> texts, List<Problem> problems) {
  private static final int VERSION_DIGITS = 32;

  Sources {
    texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
    problems = List.copyOf(problems);
  }

  /// A hash of paths and texts.
  String version() {
    MessageDigest digest = sha256();
    texts.forEach(
        (path, text) -> {
          add(digest, path);
          add(digest, text);
        });
    return HexFormat.of().formatHex(digest.digest()).substring(0, VERSION_DIGITS);
  }

  /// Two looks with the same fingerprint saw the same files, and the same trouble with them.
  String fingerprint() {
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
