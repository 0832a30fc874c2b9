package io.postern.smtp;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.LocalPart;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/// A path as it stands in MAIL and RCPT: `<local@domain>`, `<>` or `<postmaster>` (RFC 5321 §4.1.2,
/// with the characters of RFC 6531 §3.3). Source routes are refused, as RFC 5321 §3.3 allows.
///
/// @param kind what stands between the brackets
/// @param address the mailbox; empty for [Kind#NULL] and [Kind#POSTMASTER]
/// @param local the local part, in the case as given
/// @param ascii false when it needs SMTPUTF8
/// @param rest what follows the closing bracket, as it came
record Path(Kind kind, Optional<Address> address, String local, boolean ascii, String rest) {
  enum Kind {
    MAILBOX,
    NULL,
    POSTMASTER
  }

  private static final int SNUM_MAX = 255;
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
  private static final String IPV6_TAG = "IPv6:";

  /// Reads a path at the start of the text. Total.
  ///
  /// @return empty when there is none
  static Optional<Path> parse(String text) {
    if (text.startsWith("<>")) {
      return Optional.of(new Path(Kind.NULL, Optional.empty(), "", true, text.substring(2)));
    }
    if (!text.startsWith("<")) {
      return Optional.empty();
    }
    int localEnd = LocalPart.end(text, 1);
    if (localEnd <= 1 || localEnd >= text.length()) {
      return Optional.empty();
    }
    String local = LocalPart.plain(text.substring(1, localEnd));
    if (text.charAt(localEnd) == '>') {
      return local.equalsIgnoreCase("postmaster") && isAscii(local)
          ? Optional.of(
              new Path(
                  Kind.POSTMASTER, Optional.empty(), local, true, text.substring(localEnd + 1)))
          : Optional.empty();
    }
    int close = text.indexOf('>', localEnd);
    if (text.charAt(localEnd) != '@' || close < 0) {
      return Optional.empty();
    }
    String domain = text.substring(localEnd + 1, close);
    return mailbox(local, domain)
        .map(
            address ->
                new Path(
                    Kind.MAILBOX,
                    Optional.of(address),
                    local,
                    isAscii(local) && isAscii(domain),
                    text.substring(close + 1)));
  }

  private static Optional<Address> mailbox(String local, String text) {
    if (local.getBytes(StandardCharsets.UTF_8).length > Address.LOCAL_MAX
        || (text.startsWith("[") && !isAddressLiteral(text))) {
      return Optional.empty();
    }
    return Domain.parse(text).map(domain -> new Address(local, domain));
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }

  /// RFC 5321 §4.1.3, without the general form, for which no tag was ever registered.
  private static boolean isAddressLiteral(String text) {
    if (!text.endsWith("]")) {
      return false;
    }
    String inner = text.substring(1, text.length() - 1);
    if (inner.regionMatches(true, 0, IPV6_TAG, 0, IPV6_TAG.length())) {
      return isIpv6(inner.substring(IPV6_TAG.length()));
    }
    return isIpv4(inner);
  }

  private static boolean isIpv4(String text) {
    if (!IPV4.matcher(text).matches()) {
      return false;
    }
    for (String number : text.split("\\.", -1)) {
      if (Integer.parseInt(number) > SNUM_MAX) {
        return false;
      }
    }
    return true;
  }

  private static boolean isIpv6(String text) {
    if (!IPV6.matcher(text).matches()) {
      return false;
    }
    try {
      // Only reads the text: ofLiteral never asks DNS.
      Inet6Address.ofLiteral(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
