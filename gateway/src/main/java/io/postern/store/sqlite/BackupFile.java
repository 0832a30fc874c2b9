package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/// A backup on its way: written beside its name as `NAME.part`, and named when it is complete and
/// on disk. What is there already under either name is left alone.
final class BackupFile implements AutoCloseable {
  private final Path target;
  private final Path part;
  private final Path folder;

  private BackupFile(Path target, Path part, Path folder) {
    this.target = target;
    this.part = part;
    this.folder = folder;
  }

  /// Begins one.
  ///
  /// @throws StoreUnavailable in one sentence, when it can't be there
  static BackupFile begin(Path asked) throws StoreUnavailable {
    Path absolute = asked.toAbsolutePath().normalize();
    Path folder = absolute.getParent();
    Path name = absolute.getFileName();
    if (folder == null || name == null || !Files.isDirectory(folder)) {
      throw Faults.refused("The folder of " + absolute + " is not there: make it first.");
    }
    if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(absolute);
    }
    Path part = folder.resolve(name + ".part");
    try {
      Owned.createNew(part);
    } catch (FileAlreadyExistsException _) {
      throw Faults.refused(
          part
              + " is there: another backup is being written, or one broke off; in that case remove"
              + " it.");
    } catch (IOException e) {
      throw Faults.unavailable("make " + part, e);
    }
    // An interrupted command leaves nothing behind.
    part.toFile().deleteOnExit();
    return new BackupFile(absolute, part, folder);
  }

  /// Where it is written.
  Path part() {
    return part;
  }

  /// How much room there is for it, in bytes.
  ///
  /// @param database whose disk has a reserve, which a backup must not use up either
  long room(Path database, long reserveBytes) throws IOException {
    // What a try before this one has written is written over.
    long free = folder.toFile().getUsableSpace() + Files.size(part);
    return isBeside(database) ? free - reserveBytes : free;
  }

  /// True when it lies on the disk of the database.
  boolean isBeside(Path database) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return true;
    }
    return Objects.equals(
        Files.getAttribute(folder, "unix:dev"), Files.getAttribute(database, "unix:dev"));
  }

  /// Syncs what was written and gives it its name. No connection has it open any more, which is why
  /// it may be opened here.
  void complete() throws IOException, StoreUnavailable {
    sync(part, StandardOpenOption.WRITE);
    try {
      name();
    } catch (FileAlreadyExistsException _) {
      throw exists(target);
    }
    sync(folder, StandardOpenOption.READ);
  }

  /// A second name instead of another one: no other way to do it fails when a file is there,
  /// however late it came.
  private void name() throws IOException {
    try {
      Files.createLink(target, part);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException _) {
      // Not every file system knows hard links; this looks before it moves.
      Files.move(part, target);
    }
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private static StoreUnavailable exists(Path file) {
    return Faults.refused(file + " is there already: a backup never overwrites a file.");
  }

  /// Removes what is left under the other name.
  @Override
  public void close() {
    for (String more : new String[] {"", "-journal", "-wal", "-shm"}) {
      try {
        Files.deleteIfExists(folder.resolve(part.getFileName() + more));
      } catch (IOException _) {
        // It is found and named by the next one.
      }
    }
  }
}
