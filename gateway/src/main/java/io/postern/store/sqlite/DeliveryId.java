package io.postern.store.sqlite;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A delivery's id: the mail's id, a hyphen, and its place within the mail, from 1.
///
/// A mail whose row is gone, by damage, has left its id with it. It goes by the word `lost`, whose
/// letters are not all in an id, and its number.
record DeliveryId(String mail, int place) {
  private static final Pattern LOST = Pattern.compile("lost([1-9][0-9]{0,12})");

  /// The id that a lost mail goes by.
  static String lost(long number) {
    return "lost" + number;
  }

  /// The number of a mail that goes by such an id.
  static Optional<Long> lost(String mail) {
    Matcher lost = LOST.matcher(mail);
    return lost.matches() ? Optional.of(Long.valueOf(lost.group(1))) : Optional.empty();
  }

  /// The text of one as SQL makes it, with `mails m`.
  ///
  /// @param number the column of the delivery's number
  static String sql(String number) {
    return "coalesce(m.id, 'lost' || (%1$s >> 20)) || '-' || (%1$s & 1048575)".formatted(number);
  }

  static Optional<DeliveryId> parse(String text) {
    int hyphen = text.lastIndexOf('-');
    if (hyphen < 1) {
      return Optional.empty();
    }
    try {
      int place = Integer.parseInt(text.substring(hyphen + 1));
      return place > 0 && place < Tables.PLACES
          ? Optional.of(new DeliveryId(text.substring(0, hyphen), place))
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  String text() {
    return mail + "-" + place;
  }
}
