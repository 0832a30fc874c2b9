package io.postern.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The three places where a secret can stand.
final class Secrets {
  /// No longer secret is read.
  static final int BYTES_MAX = 16 << 10;

  /// systemd.exec(5): credential names are file names.
  static final Pattern CREDENTIAL_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,254}");

  /// POSIX.1-2017, Base Definitions, §8.1, with lower case, which shells take too.
  static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");

  private static final String CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY";

  private Secrets() {}

  /// An environment variable. It can't change while the program runs.
  static final class Variable implements Secret {
    private final String variable;
    private final Map<String, String> environment;

    Variable(String variable, Map<String, String> environment) {
      this.variable = variable;
      this.environment = environment;
    }

    @Override
    public String value() throws IOException {
      @Nullable String value = environment.get(variable);
      if (value == null) {
        throw new IOException(
            "the environment variable %s is not set; set it for the service".formatted(variable));
      }
      return checked(value, "the environment variable " + variable);
    }

    @Override
    public String name() {
      return "env " + variable;
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /// A file. It is small and read at each call, so that a change is never missed.
  static final class InFile implements Secret {
    private final String written;
    private final Path path;

    /// @param written the path as the person wrote it
    InFile(String written, Path path) {
      this.written = written;
      this.path = path;
    }

    @Override
    public String value() throws IOException {
      return read(path, "the file " + path);
    }

    @Override
    public String name() {
      return "file " + written;
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /// A credential that systemd puts into a folder of the service's own (systemd.exec(5),
  /// `LoadCredential=`).
  static final class Credential implements Secret {
    private final String credential;
    private final Map<String, String> environment;

    Credential(String credential, Map<String, String> environment) {
      this.credential = credential;
      this.environment = environment;
    }

    @Override
    public String value() throws IOException {
      @Nullable String folder = environment.get(CREDENTIALS_DIRECTORY);
      if (folder == null || folder.isEmpty()) {
        throw new IOException(
            "$%s is not set; start the service by systemd with LoadCredential=%s:/path/of/the/secret"
                .formatted(CREDENTIALS_DIRECTORY, credential));
      }
      return read(Path.of(folder, credential), "the credential " + credential);
    }

    @Override
    public String name() {
      return "credential " + credential;
    }

    @Override
    public String toString() {
      return name();
    }
  }

  private static String read(Path path, String called) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException(called + " is not a regular file; name a file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      throw new IOException(called + " can't be read: " + TextFile.reason(e), e);
    }
    if (bytes.length > BYTES_MAX) {
      throw new IOException(called + " is larger than " + Units.size(BYTES_MAX) + "; shorten it");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return checked(text, called);
    } catch (CharacterCodingException e) {
      throw new IOException(called + " is not UTF-8 text; write the secret as text", e);
    }
  }

  private static String checked(String value, String called) throws IOException {
    String secret = value;
    if (secret.endsWith("\n")) {
      secret = secret.substring(0, secret.length() - 1);
    }
    if (secret.endsWith("\r")) {
      secret = secret.substring(0, secret.length() - 1);
    }
    if (secret.isEmpty()) {
      throw new IOException(called + " is empty; write the secret into it");
    }
    // A secret goes into an HTTP header or a signature; a second line is a file of another kind.
    if (secret.chars().anyMatch(Character::isISOControl)) {
      throw new IOException(
          called + " holds a line end or another control character; write the secret on one line");
    }
    return secret;
  }
}
