package io.postern.mail;

import java.util.Locale;

/// A mailbox (RFC 5321 §4.1.2, RFC 6531 §3.3): local part in the case the peer gave it, and domain.
///
/// RFC 5321 §4.1.2 has all quoted forms of a local part name the same mailbox, so only one is kept
/// and shown, the one with the fewest quotes and backslashes: `"joe"@example.com` is
/// `joe@example.com` to rules, to the log and to postmaster's privileges.
///
/// @param local the local part, 1 to [#LOCAL_MAX] octets in UTF-8; no control characters; quoted
///   where it has to be
/// @param domain where it is
public record Address(String local, Domain domain) {
  /// RFC 5321 §4.5.3.1.1 asks for at least 64 octets. Real senders use more (bounce addresses that
  /// carry a signature), so the limit is the longest path that a command line can hold.
  public static final int LOCAL_MAX = 256;

  public Address {
    if (local.isEmpty()
        || local.length() > LOCAL_MAX
        || local.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("not a local part");
    }
    local = LocalPart.plain(local);
  }

  /// The address without angle brackets, as rules, logs and payloads show it.
  public String text() {
    return local + "@" + domain.ascii();
  }

  /// The same text with the local part in lower case, for comparing. RFC 5321 §2.4 leaves the case
  /// of a local part to its host; no sender counts on it.
  public String folded() {
    return text().toLowerCase(Locale.ROOT);
  }

  /// True for `postmaster` in any case (RFC 5321 §4.5.1).
  public boolean isPostmaster() {
    return local.equalsIgnoreCase("postmaster");
  }

  @Override
  public String toString() {
    return text();
  }
}
