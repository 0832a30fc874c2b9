package io.postern.cli;

import io.postern.mail.Message;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A message in a file.
///
/// @param path the file; it does not change while it is read
/// @param size its length in bytes
/// @param isTemporary true when it goes with this
record MailFile(Path path, long size, boolean isTemporary) implements Message, AutoCloseable {
  /// The message that a command was given: a path, or `-` for standard input, which is copied.
  static MailFile of(String argument) throws IOException {
    if (argument.equals("-")) {
      Path copy = Files.createTempFile("postern-", ".eml");
      Files.copy(System.in, copy, StandardCopyOption.REPLACE_EXISTING);
      return new MailFile(copy, Files.size(copy), true);
    }
    Path path = Path.of(argument);
    if (!Files.isReadable(path) || !Files.isRegularFile(path)) {
      throw new IOException(argument + ": there is no such file, or it can't be read");
    }
    return new MailFile(path, Files.size(path), false);
  }

  @Override
  public InputStream open(long offset) throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(path);
    channel.position(offset);
    return new BufferedInputStream(Channels.newInputStream(channel));
  }

  @Override
  public void close() throws IOException {
    if (isTemporary) {
      Files.delete(path);
    }
  }
}
