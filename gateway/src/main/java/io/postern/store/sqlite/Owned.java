package io.postern.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;

/// Makes files (0600) and folders (0700) that only their owner can read. What is there already
/// stays as it is. SQLite gives its own files beside the database the mode of the database.
final class Owned {
  private Owned() {}

  static void create(Path file) throws IOException {
    try {
      createNew(file);
    } catch (FileAlreadyExistsException _) {
      // It was made before.
    }
  }

  /// Makes a file.
  ///
  /// @throws FileAlreadyExistsException when there is one
  static void createNew(Path file) throws IOException {
    Files.createFile(file, mode(file, "rw-------"));
  }

  /// Makes a folder, and those it lies in, so that none of their names is lost with the power: a
  /// mail is kept only if the road to it is.
  ///
  /// @param folder absolute
  static void createFolder(Path folder) throws IOException {
    createFolder(folder, Owned::sync);
  }

  /// What has a folder written to the disk.
  interface Syncing {
    void sync(Path folder) throws IOException;
  }

  /// For tests, which can't pull the plug.
  static void createFolder(Path folder, Syncing syncing) throws IOException {
    Deque<Path> homes = new ArrayDeque<>();
    Path missing = folder;
    for (Path home = folder.getParent();
        home != null && !Files.isDirectory(missing);
        home = home.getParent()) {
      homes.push(home);
      missing = home;
    }
    if (homes.isEmpty()) {
      return;
    }
    Files.createDirectories(folder, mode(folder, "rwx------"));
    for (Path home : homes) {
      syncing.sync(home);
    }
  }

  /// Returns when the names in a folder are on disk.
  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] mode(Path path, String mode) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
    };
  }
}
