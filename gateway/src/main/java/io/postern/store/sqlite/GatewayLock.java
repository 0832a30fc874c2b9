package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The right to be the one gateway of a database: a lock on a file of its own beside it, which the
/// system takes back when the process ends, however it ends.
final class GatewayLock implements AutoCloseable {
  /// What this process holds. POSIX drops every lock that a process has on a file when the process
  /// closes the file once, so a second attempt from here must not even open it.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private static final int HOLDER_MAX = 32;

  private final Path file;
  private final FileLock lock;

  private GatewayLock(Path file, FileLock lock) {
    this.file = file;
    this.lock = lock;
  }

  /// Takes the lock or says who has it.
  ///
  /// @param database the database file without links, whose folder exists: two names of one
  ///   database must lead to one lock
  static GatewayLock take(Path database) throws StoreUnavailable {
    Path file;
    try {
      Path lock = database.resolveSibling(database.getFileName() + ".lock");
      Owned.create(lock);
      file = lock.toRealPath();
    } catch (IOException e) {
      throw Faults.unavailable("lock " + database, e);
    }
    if (!HELD.add(file)) {
      throw refusal(database, "this process");
    }
    try {
      return new GatewayLock(file, lock(database, file));
    } catch (IOException e) {
      HELD.remove(file);
      throw Faults.unavailable("lock " + database, e);
    } catch (StoreUnavailable e) {
      HELD.remove(file);
      throw e;
    }
  }

  private static FileLock lock(Path database, Path file) throws IOException, StoreUnavailable {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw refusal(database, "process " + holder(channel));
      }
      channel.truncate(0);
      channel.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
      return lock;
    } catch (IOException | StoreUnavailable e) {
      channel.close();
      throw e;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(HOLDER_MAX);
    channel.read(text, 0);
    return StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
  }

  private static StoreUnavailable refusal(Path database, String holder) {
    return Faults.refused(
        "Another gateway ("
            + holder
            + ") uses the database "
            + database
            + ": stop it first, or give this one a database of its own.");
  }

  /// Gives the right back. The file stays: removing it would let two gateways lock two files.
  @Override
  public void close() {
    try {
      lock.acquiredBy().close();
    } catch (IOException _) {
      // The lock is gone with the descriptor, whatever close says.
    } finally {
      HELD.remove(file);
    }
  }
}
