package io.postern.settings;

import io.postern.settings.Sources.Kind;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads a folder of files that people write into memory. Symbolic links are followed, for
/// containers mount their files so; names that begin with a dot are passed over, for editors and
/// container mounts keep their own things there. For one reading.
final class Folder {
  /// Bounds, which keep a folder that was named by mistake (`/`, a home) from being read whole.
  static final int FILES_MAX = 10_000;

  static final int ENTRIES_MAX = 50_000;
  static final int DEPTH_MAX = 32;
  static final long CHARS_MAX = 16L << 20;

  private static final String ENDING = ".yaml";

  private final Path root;
  private final Kind kind;
  private final Problems problems = new Problems();
  private final SortedMap<String, String> texts = new TreeMap<>();
  private final Deque<Path> open = new ArrayDeque<>();
  private int entries;
  private long chars;
  private boolean full;

  private Folder(Path root, Kind kind) {
    this.root = root;
    this.kind = kind;
  }

  static Sources read(Path root, Kind kind) {
    Folder folder = new Folder(root, kind);
    if (Files.isDirectory(root)) {
      folder.walk(root, "");
    } else {
      folder.problems.error(
          new Place(root.toString(), 0, 0),
          "there is no such folder; create it, or correct the key %s in the configuration"
              .formatted(kind.many()));
    }
    return new Sources(folder.texts, folder.problems.sorted());
  }

  private void walk(Path directory, String prefix) {
    Place place = new Place(directory.toString(), 0, 0);
    try {
      Path real = directory.toRealPath();
      if (open.contains(real)) {
        problems.error(place, "a symbolic link leads back to a folder above it; remove the link");
        return;
      }
      if (open.size() >= DEPTH_MAX) {
        problems.error(place, "more than " + DEPTH_MAX + " folders deep; write it flatter");
        return;
      }
      open.push(real);
      try {
        for (Path entry : entriesOf(directory)) {
          if (full) {
            break;
          }
          visit(entry, prefix + entry.getFileName());
        }
      } finally {
        open.pop();
      }
    } catch (IOException e) {
      problems.error(
          place,
          "the folder can't be read: " + e.getMessage() + "; let the gateway's user read it");
    }
  }

  private List<Path> entriesOf(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path entry : stream) {
        if (++entries > ENTRIES_MAX) {
          overflow(ENTRIES_MAX + " files and folders");
          break;
        }
        found.add(entry);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(found);
    return found;
  }

  private void visit(Path entry, String relative) {
    String name = entry.getFileName().toString();
    if (name.startsWith(".")) {
      return;
    }
    if (Files.isDirectory(entry)) {
      walk(entry, relative + "/");
    } else if (name.endsWith(ENDING)) {
      take(entry, relative);
    } else if (name.endsWith(".yml")) {
      problems.warn(
          new Place(entry.toString(), 0, 0), "not read; rename it so that it ends in " + ENDING);
    }
  }

  private void take(Path file, String relative) {
    if (texts.size() >= FILES_MAX) {
      overflow(FILES_MAX + " " + kind.one() + " files");
      return;
    }
    Optional<String> text = TextFile.read(file, problems);
    if (text.isEmpty()) {
      return;
    }
    chars += text.get().length();
    if (chars > CHARS_MAX) {
      overflow((CHARS_MAX >> 20) + " million characters");
      return;
    }
    texts.put(relative, text.get());
  }

  private void overflow(String limit) {
    full = true;
    problems.error(
        new Place(root.toString(), 0, 0),
        "more than %s; name a folder that holds nothing but %s files".formatted(limit, kind.one()));
  }
}
