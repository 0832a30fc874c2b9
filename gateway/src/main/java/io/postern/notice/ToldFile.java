package io.postern.notice;

import io.postern.notice.Cause.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What was told, in a file of mode 0600: a line each, `WHEN SINCE began|ended KIND NAME`. It is a
/// file of its own, because what has to be told may be that the store can't be used.
///
/// @param path where it is
record ToldFile(Path path) {
  /// As many lines as there can be are shorter.
  private static final int BYTES_MAX = 1 << 20;

  private static final String BEGAN = "began";
  private static final String ENDED = "ended";
  private static final int PARTS = 5;

  /// What it says; a line that can't be read says nothing.
  ///
  /// @return nothing when there is no file yet
  List<Told> read() throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      String text = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
      List<Told> all = new ArrayList<>();
      text.lines().forEach(line -> told(line).ifPresent(all::add));
      return all;
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }

  private static Optional<Told> told(String line) {
    String[] parts = line.split(" ", PARTS);
    if (parts.length != PARTS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Told(
              new Cause(Kind.valueOf(parts[3]), parts[4]),
              parts[2].equals(BEGAN),
              Instant.parse(parts[1]),
              Instant.parse(parts[0])));
    } catch (DateTimeException | IllegalArgumentException _) {
      // Of another version of this program, or spoilt.
      return Optional.empty();
    }
  }

  /// Writes it anew, as a whole or not at all.
  void write(List<Told> all) throws IOException {
    String text =
        all.stream()
            .map(
                it ->
                    "%s %s %s %s %s\n"
                        .formatted(
                            it.at(),
                            it.since(),
                            it.holds() ? BEGAN : ENDED,
                            it.cause().kind().name(),
                            it.cause().name()))
            .collect(Collectors.joining());
    Path folder = path.toAbsolutePath().getParent();
    Path fresh =
        Files.createTempFile(
            folder,
            path.getFileName().toString(),
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(fresh, text);
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
