package io.postern.settings;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// The known word that a mistyped one most likely means.
public final class Nearest {
  private static final int WORD_CHARS_MAX = 64;

  private Nearest() {}

  /// The nearest of the known words, when it is near enough to be a slip: one change in three
  /// characters.
  ///
  /// @param word of any length; one of more than 64 characters has none
  /// @param known of any number; the first of those that are equally near is taken
  public static Optional<String> of(String word, Collection<String> known) {
    if (word.length() > WORD_CHARS_MAX) {
      return Optional.empty();
    }
    String nearest = "";
    int least = Integer.MAX_VALUE;
    String plain = plain(word);
    for (String candidate : known) {
      int distance = distance(plain, plain(candidate));
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    int slipsMax = Math.max(1, Math.max(plain.length(), nearest.length()) / 3);
    return least <= slipsMax ? Optional.of(nearest) : Optional.empty();
  }

  /// Case, underscores and hyphens are what people mix up first.
  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-').strip();
  }

  /// The number of characters to insert, remove, replace or swap with their neighbour (optimal
  /// string alignment).
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1);
        least = Math.min(least, cost[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = least;
      }
    }
    return cost[a.length()][b.length()];
  }
}
