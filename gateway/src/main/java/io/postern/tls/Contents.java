package io.postern.tls;

import io.postern.settings.Place;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the two files held at one look; equal to that of another look when neither has changed.
///
/// @param certificate the file with the certificate
/// @param key the file with its key
record Contents(Held certificate, Held key) {
  /// No file is larger, in bytes: a chain of ten certificates has less than 30 KB.
  private static final int BYTES_MAX = 256 << 10;

  /// What one file held.
  ///
  /// @param path the file
  /// @param text its bytes, one character each; empty with a fault
  /// @param fault why it can't be read; empty when it was
  /// @param denied true when the fault is that this user may not read it
  record Held(Path path, String text, String fault, boolean denied) {
    /// Without the text, which may be a private key.
    @Override
    public String toString() {
      return path.toString();
    }
  }

  static Contents of(Settings settings) {
    Held certificate = held(settings.certificate());
    return new Contents(
        certificate,
        settings.key().equals(settings.certificate()) ? certificate : held(settings.key()));
  }

  private static Held held(Path path) {
    // A pipe or a device would block the reader, or never end.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      return new Held(path, "", "not a regular file; name a file", false);
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(BYTES_MAX + 1);
      return bytes.length > BYTES_MAX
          ? new Held(path, "", "larger than 256KB; name a PEM file", false)
          : new Held(path, new String(bytes, StandardCharsets.ISO_8859_1), "", false);
    } catch (IOException e) {
      return new Held(
          path, "", "can't be read: " + TextFile.reason(e), e instanceof AccessDeniedException);
    }
  }

  /// Tells which files could not be read.
  ///
  /// @param denied how bad it is when this user may not read a file
  /// @return true when there was such a file
  boolean tellFaults(Severity denied, Problems problems) {
    boolean any = tellFault(certificate, denied, problems);
    return (!key.equals(certificate) && tellFault(key, denied, problems)) || any;
  }

  private static boolean tellFault(Held held, Severity denied, Problems problems) {
    if (held.fault().isEmpty()) {
      return false;
    }
    problems.add(
        new Problem(
            new Place(held.path().toString(), 0, 0),
            held.denied() ? denied : Severity.ERROR,
            held.fault()));
    return true;
  }
}
