package io.postern.mail;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Makes ids of mails and sessions: 10 characters of time in milliseconds and 16 of chance, in
/// lower-case Crockford base 32 (no i, l, o, u). They sort by time, can be read aloud, need no
/// escaping anywhere, and hold no full stop, which Standard Webhooks forbids in `webhook-id`.
///
/// Safe for use by many threads when the generator is.
///
/// @param clock the time
/// @param chance 80 bits of it for each id; it must not be guessable
public record Ids(InstantSource clock, RandomGenerator chance) {
  private static final char[] DIGITS = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
  private static final int TIME_DIGITS = 10;
  private static final int CHANCE_DIGITS = 16;
  private static final int DIGIT_BITS = 5;

  /// A new id of 26 characters.
  public String next() {
    char[] id = new char[TIME_DIGITS + CHANCE_DIGITS];
    long time = clock.millis();
    for (int i = TIME_DIGITS - 1; i >= 0; i--) {
      id[i] = DIGITS[(int) (time & 31)];
      time >>>= DIGIT_BITS;
    }
    // One call for all of it: a generator that can't be guessed takes its time for each.
    byte[] bytes = new byte[CHANCE_DIGITS * DIGIT_BITS / Byte.SIZE];
    chance.nextBytes(bytes);
    int bits = 0;
    int held = 0;
    int next = 0;
    for (int i = TIME_DIGITS; i < id.length; i++) {
      if (held < DIGIT_BITS) {
        bits |= (bytes[next++] & 0xff) << held;
        held += Byte.SIZE;
      }
      id[i] = DIGITS[bits & 31];
      bits >>>= DIGIT_BITS;
      held -= DIGIT_BITS;
    }
    return new String(id);
  }
}
