package io.postern.webhook;

import io.postern.mime.Addresses;
import io.postern.mime.Header;
import io.postern.mime.Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The header fields of a mail as payloads tell them: the trace in front.
///
/// Receivers of the hosted services take it for granted that a field which may stand once stands
/// once, and some throw where it does not. So of these only the first is told, with the addresses
/// of the others where it is an address list. A Return-Path that the mail brought is not told (RFC
/// 5321 §4.4 lets us remove it): receivers take it for the envelope's.
final class HeaderList {
  /// RFC 5322 §3.6; with more than one, all of their addresses count.
  private static final Set<String> ADDRESSES_ONCE = Set.of("from", "reply-to", "to", "cc", "bcc");

  /// RFC 5322 §3.6, RFC 2045 §3, RFC 2183 §2.
  private static final Set<String> ONCE =
      Set.of(
          "return-path",
          "sender",
          "date",
          "subject",
          "message-id",
          "in-reply-to",
          "references",
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "content-id",
          "content-description",
          "content-disposition");

  private HeaderList() {}

  /// All fields of the mail, in order, behind the trace.
  static List<Header> all(Payload payload) {
    List<Header> list = new ArrayList<>(Trace.of(payload).fields());
    list.addAll(payload.parsed().headers().all());
    return list;
  }

  /// The fields, in order, those that may stand once told once.
  static List<Header> single(Payload payload) {
    Headers headers = payload.parsed().headers();
    List<Header> list = new ArrayList<>(Trace.of(payload).fields());
    // The trace has the one that counts.
    Set<String> seen = new HashSet<>(Set.of("return-path"));
    for (Header header : headers.all()) {
      String name = header.name().toLowerCase(Locale.ROOT);
      if (ADDRESSES_ONCE.contains(name)) {
        if (seen.add(name)) {
          list.add(new Header(header.name(), header.raw(), addresses(headers, name)));
        }
      } else if (!ONCE.contains(name) || seen.add(name)) {
        list.add(header);
      }
    }
    return list;
  }

  /// True for the name, in lower case, of a field that is told once.
  static boolean standsOnce(String name) {
    return ADDRESSES_ONCE.contains(name) || ONCE.contains(name);
  }

  /// The text of all address fields of a name as one list; empty when there is none.
  static String addresses(Headers headers, String name) {
    return headers.named(name).stream().map(Addresses::text).collect(Collectors.joining(", "));
  }
}
