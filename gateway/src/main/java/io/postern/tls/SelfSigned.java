package io.postern.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Makes the certificate that the gateway has when nobody configured one: nobody vouches for it,
/// and yet whoever only listens on the line hears nothing. Java has no public way to issue
/// certificates but its tool keytool, which is part of every runtime.
final class SelfSigned {
  private static final int VALID_DAYS = 365;

  /// Made anew so long before its end.
  private static final Duration RENEWAL = Duration.ofDays(30);

  /// keytool takes a second; on a machine that starts everything at once, a few.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String ALIAS = "postern";
  private static final String PASSWORD_VARIABLE = "POSTERN_STORE_PASSWORD";

  /// The longest common name there may be (RFC 5280 §A.1, ub-common-name), in characters.
  private static final int COMMON_NAME_MAX = 64;

  private static final int COMPLAINT_CHARS_MAX = 300;

  private final Settings settings;
  private final RandomGenerator chance;

  SelfSigned(Settings settings, RandomGenerator chance) {
    this.settings = settings;
    this.chance = chance;
  }

  /// True when it is time for a new one: this one ends soon, or the gateway has another name now.
  boolean isDue(Identity identity, Instant now) {
    return !identity.notAfter().isAfter(now.plus(RENEWAL)) || !identity.isFor(settings.hostName());
  }

  /// Makes the file, or replaces it; it is never there in part. Only our user may read it.
  ///
  /// @throws IOException when keytool fails, or the folder can't be written to
  void make() throws IOException {
    Path folder = settings.certificate().toAbsolutePath().getParent();
    Path temporary = Files.createTempDirectory(folder, "tls-", only("rwx------"));
    Path store = temporary.resolve("store");
    Path output = temporary.resolve("output");
    Path pem = temporary.resolve("pem");
    try {
      byte[] random = new byte[24];
      chance.nextBytes(random);
      String password = Base64.getUrlEncoder().encodeToString(random);
      run(store, output, password);
      Files.createFile(pem, only("rw-------"));
      Files.writeString(pem, pem(store, password.toCharArray()), StandardCharsets.US_ASCII);
      Files.move(pem, settings.certificate(), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      for (Path file : List.of(store, output, pem, temporary)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static FileAttribute<?> only(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private void run(Path store, Path output, String password) throws IOException {
    String name = settings.hostName();
    ProcessBuilder keytool =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-J-Xmx64m",
            "-J-XX:TieredStopAtLevel=1",
            "-genkeypair",
            "-alias",
            ALIAS,
            // As most authorities and mail servers have it by now; cheap for both sides.
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-sigalg",
            "SHA256withECDSA",
            "-dname",
            "CN=" + (name.length() <= COMMON_NAME_MAX ? name : ALIAS),
            "-ext",
            "san=dns:" + name,
            "-validity",
            Integer.toString(VALID_DAYS),
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            // Arguments can be read by every user of the machine, the environment by ours alone.
            "-storepass:env",
            PASSWORD_VARIABLE);
    keytool.environment().clear();
    keytool.environment().put(PASSWORD_VARIABLE, password);
    keytool.redirectErrorStream(true).redirectOutput(output.toFile());
    Process process = keytool.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("keytool did not end within " + PATIENCE.toSeconds() + " seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      String complaint = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
      throw new IOException(
          "keytool failed: "
              + complaint.substring(0, Math.min(complaint.length(), COMPLAINT_CHARS_MAX)));
    }
  }

  private static String pem(Path store, char[] password) throws IOException {
    try {
      KeyStore keys = KeyStore.getInstance(store.toFile(), password);
      Key key = keys.getKey(ALIAS, password);
      return block("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded())
          + block("PRIVATE KEY", key.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException("what keytool made can't be read", e);
    }
  }

  private static String block(String label, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, lines.encodeToString(der), label);
  }
}
