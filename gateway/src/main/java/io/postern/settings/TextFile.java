package io.postern.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Reads the files that people write: UTF-8, bounded, and nothing in it that an editor would not
/// show.
public final class TextFile {
  /// No larger file is read.
  public static final int BYTES_MAX = 1 << 20;

  private TextFile() {}

  /// Reads a file whole.
  ///
  /// @param problems gets the reason when it can't be read
  /// @return its text without a byte order mark; empty when there was a problem
  public static Optional<String> read(Path path, Problems problems) {
    String file = path.toString();
    try {
      // A pipe or a device would block the reader, or never end.
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        problems.error(new Place(file, 0, 0), "not a regular file; name a file");
        return Optional.empty();
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(path)) {
        bytes = in.readNBytes(BYTES_MAX + 1);
      }
      return text(file, bytes, problems);
    } catch (IOException e) {
      problems.error(new Place(file, 0, 0), "can't be read: " + reason(e));
      return Optional.empty();
    }
  }

  static Optional<String> text(String file, byte[] bytes, Problems problems) {
    if (bytes.length > BYTES_MAX) {
      problems.error(
          new Place(file, 0, 0),
          "larger than " + Units.size(BYTES_MAX) + "; split it, for no file may be larger");
      return Optional.empty();
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      problems.error(
          placeOf(file, text, text.length()),
          "a byte that is not UTF-8 (0x%02x); save the file as UTF-8"
              .formatted(bytes[in.position()] & 0xff));
      return Optional.empty();
    }
    if (text.startsWith("\ufeff")) {
      text = text.substring(1);
    }
    return isShown(file, text, problems) ? Optional.of(text) : Optional.empty();
  }

  /// YAML 1.2 §5.1 allows no control characters but tab and line ends.
  private static boolean isShown(String file, String text, Problems problems) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t' && c != '\u0085')
          || c == '\ufeff'
          || c == '\ufffe'
          || c == '\uffff') {
        problems.error(
            placeOf(file, text, i),
            "a control character (U+%04X), which no editor shows; remove it".formatted((int) c));
        return false;
      }
    }
    return true;
  }

  private static Place placeOf(String file, String text, int index) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < index; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        start = i + 1;
      }
    }
    return new Place(file, line, text.codePointCount(start, index) + 1);
  }

  /// Why a file can't be read, without the path that the JDK repeats.
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file; create it, or correct the path";
      case java.nio.file.AccessDeniedException _ ->
          "permission denied; let the user that runs this read it";
      default -> e.getClass().getSimpleName() + " " + e.getMessage();
    };
  }
}
