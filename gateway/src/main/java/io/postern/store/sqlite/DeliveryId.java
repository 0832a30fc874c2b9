package io.postern.store.sqlite;

import java.util.Optional;

/// A delivery's id: the mail's id, a hyphen, and its place within the mail, from 1.
record DeliveryId(String mail, int place) {
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
