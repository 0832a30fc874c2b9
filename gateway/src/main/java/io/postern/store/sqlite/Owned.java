package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Set;

/// Makes files (0600) and folders (0700) that only their owner can read. What is there already
/// stays as it is. SQLite gives its own files beside the database the mode of the database.
final class Owned {
  private static final Set<PosixFilePermission> SHARED =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

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

  /// Whose a file is that this process makes in a folder.
  interface Maker {
    UserPrincipal in(Path folder) throws IOException;
  }

  /// Makes sure that what is made beside a database belongs to its owner. Root may write to
  /// anybody's, and the owner could read nothing of what root adds, be it mail that was accepted. A
  /// database that others may write to was shared by somebody who sees to it, such as a container's
  /// volume; where nobody can tell whose a file is, that is not asked.
  ///
  /// @param database without links; it need not be there
  /// @throws StoreUnavailable when it belongs to somebody else
  static void requireOwn(Path database, Maker maker) throws StoreUnavailable {
    UserPrincipal owner;
    UserPrincipal own;
    try {
      PosixFileAttributes there = Files.readAttributes(database, PosixFileAttributes.class);
      if (!Collections.disjoint(there.permissions(), SHARED)) {
        return;
      }
      owner = there.owner();
      own = maker.in(database.resolveSibling(""));
    } catch (IOException | UnsupportedOperationException _) {
      // There is none yet, or a disk that takes no file: whoever goes on is told of that.
      return;
    }
    if (!owner.equals(own)) {
      throw Faults.refused(
          "The database %s belongs to %s, and what is written beside it now would be %s's alone:"
                  .formatted(database, owner.getName(), own.getName())
              + " use runuser -u %s -- postern ..., or give the whole folder to whoever runs the"
                  .formatted(owner.getName())
              + " gateway (chown -R).");
    }
  }

  /// Finds it out by making one: what a process is called says nothing in a container, or on a
  /// volume that gives all files to one user.
  static UserPrincipal ownerIn(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "owner-", "");
    try {
      return Files.getOwner(file);
    } finally {
      Files.delete(file);
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
