package io.postern.mail;

/// Writes a label in ASCII (RFC 3492).
final class Punycode {
  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int FIRST_BIAS = 72;
  private static final int FIRST_CODE_POINT = 128;

  private final StringBuilder output = new StringBuilder();
  private int bias = FIRST_BIAS;

  private Punycode() {}

  /// Encodes a label, without the prefix `xn--`.
  ///
  /// @param label at most [Domain#LENGTH_MAX] characters, one of them beyond ASCII; longer ones
  ///   might overflow
  static String encode(String label) {
    return new Punycode().encoded(label.codePoints().toArray());
  }

  /// RFC 3492 §6.3: the ASCII characters as they are, then for every other code point, by value,
  /// how many places and values lie between it and the one before.
  private String encoded(int[] label) {
    for (int c : label) {
      if (c < FIRST_CODE_POINT) {
        output.append((char) c);
      }
    }
    int basic = output.length();
    int done = basic;
    if (basic > 0) {
      output.append('-');
    }
    int n = FIRST_CODE_POINT;
    int delta = 0;
    while (done < label.length) {
      int next = Integer.MAX_VALUE;
      for (int c : label) {
        if (c >= n && c < next) {
          next = c;
        }
      }
      delta += (next - n) * (done + 1);
      n = next;
      for (int c : label) {
        if (c < n) {
          delta++;
        } else if (c == n) {
          append(delta);
          bias = adapted(delta, done + 1, done == basic);
          delta = 0;
          done++;
        }
      }
      delta++;
      n++;
    }
    return output.toString();
  }

  /// A number in digits of which the last is below its threshold.
  private void append(int delta) {
    int rest = delta;
    for (int k = BASE; ; k += BASE) {
      int threshold = Math.clamp(k - bias, T_MIN, T_MAX);
      if (rest < threshold) {
        output.append(digit(rest));
        return;
      }
      output.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
      rest = (rest - threshold) / (BASE - threshold);
    }
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  /// RFC 3492 §6.1.
  private static int adapted(int delta, int count, boolean first) {
    int rest = first ? delta / DAMP : delta / 2;
    rest += rest / count;
    int k = 0;
    while (rest > (BASE - T_MIN) * T_MAX / 2) {
      rest /= BASE - T_MIN;
      k += BASE;
    }
    return k + (BASE - T_MIN + 1) * rest / (rest + SKEW);
  }
}
