package io.postern.feed;

import java.util.Locale;

/// Why a mail came back, in the classes that Customers Mail Cloud tells by number
/// (https://smtps.jp/docs-en/apiv2/te/bounces). The words are ours.
public enum BounceReason {
  /// The domain does not exist, or takes no mail.
  UNKNOWN_HOST(1),
  /// The domain does not know the user.
  UNKNOWN_USER(2),
  /// It was tried until its time was over.
  RETRY_TIMEOUT(3),
  /// Refused for what it is, or for who sent it.
  REJECTED_BY_POLICY(4),
  /// The mailbox is full.
  OVER_CAPACITY(5),
  /// It could not be forwarded.
  FORWARD_ERROR(6),
  /// The receiving server is broken.
  SERVER_ERROR(7),
  /// The message is too large.
  TOO_LARGE(8),
  /// The address is not well-formed.
  ADDRESS_FORMAT(9),
  /// The sender has blocked the address.
  BLOCKED_ADDRESS(10),
  /// The address has unsubscribed.
  UNSUBSCRIBED(11),
  /// Another lasting failure.
  OTHER(99);

  private final int code;

  BounceReason(int code) {
    this.code = code;
  }

  /// The number.
  public int code() {
    return code;
  }

  /// Our word, such as `unknown-user`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
