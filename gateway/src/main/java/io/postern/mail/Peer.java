package io.postern.mail;

import java.net.InetSocketAddress;

/// The machine that speaks SMTP to us.
///
/// @param address where the connection came from; never looked up by name
/// @param helo the argument of EHLO or HELO as given, printable; empty before the greeting
/// @param esmtp true when it greeted with EHLO
/// @param tls protocol and cipher suite, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; empty in clear
///   text
public record Peer(InetSocketAddress address, String helo, boolean esmtp, String tls) {
  /// The IP address as text, without brackets, port or zone.
  public String ip() {
    String text = address.getAddress().getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
