package io.postern.mail;

/// Where reports about a mail would go (RFC 5321 §4.1.1.2): an address, or null, `<>`, for mail
/// that must never be answered (§4.5.5).
public sealed interface ReversePath {
  /// `MAIL FROM:<>`.
  ReversePath NULL = new Null();

  /// The address without angle brackets; empty for the null reverse-path.
  String text();

  /// The null reverse-path.
  record Null() implements ReversePath {
    @Override
    public String text() {
      return "";
    }
  }

  /// A reverse-path with an address.
  ///
  /// @param address the sender's mailbox
  record Of(Address address) implements ReversePath {
    @Override
    public String text() {
      return address.text();
    }
  }
}
