package io.postern.store.sqlite;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

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

  static void createFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, mode(folder, "rwx------"));
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
