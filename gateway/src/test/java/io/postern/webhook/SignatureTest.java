package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {
  private static final String SECRET = "whsec_Z2F0ZXdheS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5";

  private static Body body(byte[] bytes) {
    return new Body("application/json", bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  /// The value was made with the JavaScript library of Standard Webhooks.
  @Test
  void isWhatTheReferenceLibraryExpects() throws IOException {
    String text =
        "{\"type\":\"email.received\",\"timestamp\":\"2026-11-22T01:02:03Z\",\"data\":{\"id\":\"m1\"}}";
    String wanted = "v1,8MBp0Zu1KSrOPIUUU/MTyXXCEHTcqSyoV2aFIlsYTXY=";
    byte[] key = Signature.key(SECRET);
    byte[] other = new byte[32];
    Body body = body(text.getBytes(UTF_8));
    assertEquals(wanted, Signature.header(List.of(key), "msg_test_0001", 1700000000L, body));
    String two = Signature.header(List.of(other, key), "msg_test_0001", 1700000000L, body);
    assertTrue(two.matches("v1,[A-Za-z0-9+/]{43}= \\Q" + wanted + "\\E"), two);
  }

  @Test
  void coversBodiesOfAnyLength() throws IOException {
    byte[] key = Signature.key(SECRET);
    String empty = Signature.header(List.of(key), "a", 1, body(new byte[0]));
    String large = Signature.header(List.of(key), "a", 1, body(new byte[1_000_000]));
    byte[] changed = new byte[1_000_000];
    changed[999_999] = 1;
    assertFalse(empty.equals(large));
    assertFalse(large.equals(Signature.header(List.of(key), "a", 1, body(changed))));
    assertThrows(
        IllegalArgumentException.class,
        () -> Signature.header(List.of(), "a", 1, body(new byte[0])));
  }

  @Test
  void readsSecretsWithAndWithoutTheirPrefix() {
    byte[] key = "gateway-test-secret-0123456789".getBytes(UTF_8);
    assertArrayEquals(key, Signature.key(SECRET));
    assertArrayEquals(key, Signature.key(" " + SECRET.substring(6) + "\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "whsec_", "correct horse battery staple", "whsec_c2hvcnQ=", "s3cr3t!"})
  void refusesWhatIsNoSecretAndKeepsIt(String secret) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Signature.key(secret));
    assertTrue(refusal.getMessage().contains("write whsec_ and the base64 of 32 random bytes"));
    assertTrue(secret.length() < 7 || !refusal.getMessage().contains(secret));
  }

  @Test
  void allowsKeysOfTheLengthsOfTheStandard() {
    for (int length : new int[] {23, 24, 64, 65}) {
      String secret = "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
      if (length == 24 || length == 64) {
        assertEquals(length, Signature.key(secret).length);
      } else {
        assertThrows(IllegalArgumentException.class, () -> Signature.key(secret));
      }
    }
  }
}
