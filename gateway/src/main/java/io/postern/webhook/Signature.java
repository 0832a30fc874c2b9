package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.StringJoiner;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signatures of Standard Webhooks 1.0.0, scheme `v1`: HMAC-SHA256 over id, timestamp and body.
///
/// The body is signed byte by byte as it is sent, of any content type. Note that the receivers'
/// libraries that take the body as a string can check only bodies that are text: `json`, and `form`
/// or `raw` where the mail is all text.
public final class Signature {
  private static final String PREFIX = "whsec_";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BLOCK = 64 * 1024;

  /// The lengths of a key that Standard Webhooks allows, in bytes.
  private static final int KEY_MIN = 24;

  private static final int KEY_MAX = 64;

  private Signature() {}

  /// Reads a secret: `whsec_` and base64, or the base64 alone, as the receivers' libraries read it.
  /// A plain text is not taken for a key, because those libraries would take it for base64.
  ///
  /// @return the key, 24 to 64 bytes
  /// @throws IllegalArgumentException when it is no such secret; the message says what to write,
  ///   and nothing of the secret
  public static byte[] key(String secret) {
    String text = secret.strip();
    byte[] key;
    try {
      key =
          Base64.getDecoder()
              .decode(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
    } catch (IllegalArgumentException _) {
      // The decoder's message would quote a character of the secret.
      throw new IllegalArgumentException("not base64; " + hint());
    }
    if (key.length < KEY_MIN || key.length > KEY_MAX) {
      throw new IllegalArgumentException(
          "a key of " + key.length + " bytes, not " + KEY_MIN + " to " + KEY_MAX + "; " + hint());
    }
    return key;
  }

  /// The value of `webhook-signature`: a signature by each key, in their order, separated by
  /// spaces, so that receivers can change keys one by one. The body is read through once.
  ///
  /// @param keys at least one
  /// @param id the value of `webhook-id`
  /// @param timestamp the value of `webhook-timestamp`, in seconds since 1970
  /// @throws IOException when the body can't be read now
  public static String header(List<byte[]> keys, String id, long timestamp, Body body)
      throws IOException {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("no key to sign with");
    }
    List<Mac> macs = new ArrayList<>();
    for (byte[] key : keys) {
      Mac mac = mac(key);
      mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
      macs.add(mac);
    }
    byte[] block = new byte[Math.clamp(body.length(), 1, BLOCK)];
    try (InputStream in = body.source().open()) {
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        for (Mac mac : macs) {
          mac.update(block, 0, count);
        }
      }
    }
    StringJoiner header = new StringJoiner(" ");
    macs.forEach(mac -> header.add("v1," + Base64.getEncoder().encodeToString(mac.doFinal())));
    return header.toString();
  }

  private static String hint() {
    return "write " + PREFIX + " and the base64 of 32 random bytes (openssl rand -base64 32)";
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
