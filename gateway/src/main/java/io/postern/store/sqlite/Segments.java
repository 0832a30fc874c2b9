package io.postern.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// The folder of the files, called segments, that hold the larger chunks of messages. It stands
/// beside the database: `postern.db-segments/` and in it a folder with the number that the database
/// gave itself, so that another database in its place leaves them alone. A segment's name is its
/// number.
///
/// In the database each byte would be written twice, to the write-ahead log and to the file, page
/// by page; here it is written once, in one piece. A segment is only ever appended to, by one
/// [SegmentWriter]; what is in it means nothing until a row of the database points there, and a
/// segment that no row points to is removed.
final class Segments {
  /// Beyond the number of any segment. Names may have more digits than it.
  static final long NUMBER_MAX = 1_000_000_000_000_000L;

  private static final Pattern NAME = Pattern.compile("[1-9][0-9]{0,17}");

  /// Where the database is.
  private final Path home;

  private final Path parent;
  private volatile Path folder;

  /// The highest number of a segment, or one that was used and is gone. The writer's thread's own.
  private long last;

  Segments(Path database) {
    Path file = database.toAbsolutePath();
    this.home = Objects.requireNonNull(file.getParent(), "a database is in a folder");
    this.parent = home.resolve(file.getFileName() + "-segments");
    this.folder = parent;
  }

  /// Says whose they are. Called once the database is open, before anything else.
  ///
  /// @param database the number that it gave itself
  /// @param used the highest number of a segment that it knows
  void belongTo(long database, long used) throws IOException {
    folder = parent.resolve(Long.toHexString(database));
    NavigableSet<Long> there = numbers();
    last = there.isEmpty() ? used : Math.max(used, there.last());
  }

  /// A number for a new segment. For the writer's thread.
  long nextNumber() {
    return ++last;
  }

  Path folder() {
    return folder;
  }

  Path path(long number) {
    return folder.resolve(Long.toString(number));
  }

  /// The numbers of the segments that are there.
  NavigableSet<Long> numbers() throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (NAME.matcher(name).matches()) {
          numbers.add(Long.valueOf(name));
        }
      }
    } catch (NoSuchFileException _) {
      // No message was long enough yet.
    }
    return numbers;
  }

  /// How many bytes the segments have; 0 for those that are gone, and when nobody can tell.
  long bytes() {
    try {
      return numbers().stream().mapToLong(number -> path(number).toFile().length()).sum();
    } catch (IOException | DirectoryIteratorException _) {
      return 0;
    }
  }

  /// Makes a segment, so that neither the file nor its name is lost with the power.
  FileChannel create(long number) throws IOException {
    Owned.createFolder(folder);
    Path file = path(number);
    Owned.create(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      for (Path named : List.of(folder, parent, home)) {
        Owned.sync(named);
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// What tells a file from another one of the same name.
  String identity(long number) throws IOException {
    return Objects.toString(
        Files.readAttributes(path(number), BasicFileAttributes.class).fileKey());
  }

  /// Reads a chunk.
  ///
  /// @throws NoSuchFileException when the segment is not there, or not any more
  /// @throws Damaged when these are not the bytes that were kept
  /// @throws IOException when it can't be read
  byte[] read(Extent extent) throws IOException {
    try (FileChannel channel = open(extent.segment())) {
      return read(channel, extent);
    }
  }

  /// Opens a segment for reading.
  ///
  /// @throws NoSuchFileException when it is not there, or not any more
  FileChannel open(long number) throws IOException {
    return FileChannel.open(path(number), StandardOpenOption.READ);
  }

  /// Reads a chunk of a segment that is open, which may have lost its name meanwhile.
  ///
  /// @throws Damaged when these are not the bytes that were kept
  /// @throws IOException when it can't be read
  byte[] read(FileChannel segment, Extent extent) throws IOException {
    byte[] bytes = readRaw(segment, extent);
    if (crc(bytes, bytes.length) != extent.crc()) {
      throw new Damaged(
          path(extent.segment())
              + " was damaged: at "
              + extent.start()
              + " are not the bytes that were kept");
    }
    return bytes;
  }

  /// Reads what lies in the place of a chunk, whatever it is.
  ///
  /// @throws Damaged when no chunk can lie there
  /// @throws IOException when it can't be read
  byte[] readRaw(FileChannel segment, Extent extent) throws IOException {
    extent.requireSound();
    ByteBuffer bytes = ByteBuffer.allocate((int) extent.length());
    while (bytes.hasRemaining()) {
      if (segment.read(bytes, extent.start() + bytes.position()) < 0) {
        throw new Damaged(path(extent.segment()) + " ends too early");
      }
    }
    return bytes.array();
  }

  /// Overwrites a chunk with zeros, as far as its segment goes. One whose segment is gone is erased
  /// already.
  ///
  /// @throws IOException when it can't be written, or when no chunk can lie there: nothing was
  ///   written then
  void erase(Extent extent) throws IOException {
    extent.requireSound();
    try (FileChannel channel = FileChannel.open(path(extent.segment()), StandardOpenOption.WRITE)) {
      long there = Math.clamp(channel.size() - extent.start(), 0, extent.length());
      ByteBuffer zeros = ByteBuffer.allocate((int) there);
      while (zeros.hasRemaining()) {
        channel.write(zeros, extent.start() + zeros.position());
      }
      channel.force(false);
    } catch (NoSuchFileException _) {
      // There is nothing to overwrite.
    }
  }

  /// Cuts off what lies at the end of a segment.
  void shorten(long number, long end) throws IOException {
    try (FileChannel channel = FileChannel.open(path(number), StandardOpenOption.WRITE)) {
      channel.truncate(end);
    }
  }

  /// Removes a segment to which no row points any more.
  void remove(long number) throws IOException {
    Files.deleteIfExists(path(number));
  }

  static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
