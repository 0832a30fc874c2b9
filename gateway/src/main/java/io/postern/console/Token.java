package io.postern.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// What proves to the console that a command comes from somebody who may read the state folder: a
/// text in a file there, of mode 0600, made anew at each start.
public final class Token {
  private static final String FILE = "console.token";
  private static final int BYTES = 32;

  private final String value;

  private Token(String value) {
    this.value = value;
  }

  /// Makes a new one and writes it down.
  ///
  /// @param folder the state folder
  /// @param chance must not be guessable
  public static Token make(Path folder, RandomGenerator chance) throws IOException {
    byte[] bytes = new byte[BYTES];
    chance.nextBytes(bytes);
    String value = HexFormat.of().formatHex(bytes);
    // Written beside and moved, so that nobody reads half of it or before its mode is set.
    Path fresh =
        Files.createTempFile(
            folder,
            FILE,
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, value + "\n");
    Files.move(fresh, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    return new Token(value);
  }

  /// Reads the one of a running gateway.
  ///
  /// @param folder the state folder
  public static Token read(Path folder) throws IOException {
    return new Token(Files.readString(folder.resolve(FILE)).strip());
  }

  /// The value of the header `authorization` that carries it.
  public String header() {
    return "Bearer " + value;
  }

  /// True when a header carries it; takes the same time for every wrong one.
  boolean isIn(String header) {
    return MessageDigest.isEqual(
        header.getBytes(StandardCharsets.UTF_8), header().getBytes(StandardCharsets.UTF_8));
  }
}
