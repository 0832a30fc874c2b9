package io.postern.webhook;

import java.time.Instant;
import java.util.random.RandomGenerator;

/// What a body says to prove whose it is: secrets read, and time and chance drawn, for one call.
///
/// @param apiKey the value of the field `api_key`; empty for none
/// @param signingKey what Mailgun's signature is made with; empty where the format has none
/// @param timestamp in seconds since 1970
/// @param token what makes a signature one of its kind: [#TOKEN_CHARS] hexadecimal digits
public record Proof(String apiKey, String signingKey, long timestamp, String token) {
  /// Mailgun's tokens are as long.
  static final int TOKEN_CHARS = 50;

  private static final int DIGIT_BITS = 4;

  /// Nothing to prove.
  public static final Proof NONE = new Proof("", "", 0, "0".repeat(TOKEN_CHARS));

  /// The proof for a call that is made now.
  ///
  /// @param chance it must not be guessable
  public static Proof of(String apiKey, String signingKey, Instant now, RandomGenerator chance) {
    if (signingKey.isEmpty()) {
      // Only what is signed needs a token, and chance that nobody can guess is dear.
      return new Proof(apiKey, "", now.getEpochSecond(), NONE.token());
    }
    StringBuilder token = new StringBuilder(TOKEN_CHARS);
    long bits = 0;
    for (int i = 0; i < TOKEN_CHARS; i++) {
      bits = i % (Long.SIZE / DIGIT_BITS) == 0 ? chance.nextLong() : bits >>> DIGIT_BITS;
      token.append(Character.forDigit((int) (bits & 0xf), 16));
    }
    return new Proof(apiKey, signingKey, now.getEpochSecond(), token.toString());
  }

  /// Neither key is ever shown.
  @Override
  public String toString() {
    return "Proof[timestamp=" + timestamp + ", token=" + token + "]";
  }
}
