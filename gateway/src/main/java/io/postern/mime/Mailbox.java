package io.postern.mime;

/// A mailbox of a header field (RFC 5322 §3.4).
///
/// @param name the display name, decoded, without quotes; empty for none
/// @param address local part and domain as the mail gives them, the local part without quotes it
///   does not need, the domain as lower-case A-labels where it has that form
public record Mailbox(String name, String address) {
  /// As a header field would say it, decoded: the name in quotes where it would not be read as one
  /// otherwise.
  public String text() {
    if (name.isEmpty()) {
      return address;
    }
    boolean isPlain =
        name.chars().allMatch(c -> c >= 0x80 || c == ' ' || AddressReader.isAtomCharacter((char) c))
            && !name.startsWith(" ")
            && !name.endsWith(" ");
    String quoted = name.replace("\\", "\\\\").replace("\"", "\\\"");
    return (isPlain ? name : "\"" + quoted + "\"") + " <" + address + ">";
  }
}
