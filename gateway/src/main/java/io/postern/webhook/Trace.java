package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Peer;
import io.postern.mime.Header;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// The trace fields that stand in front of the mail's own headers in every format (RFC 5321 §4.4):
/// what the envelope was, and how the mail came to us. The stored message has neither.
///
/// @param returnPath the value of Return-Path, in angle brackets
/// @param received the value of our Received field, unfolded
record Trace(String returnPath, String received) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /// Where the Received field is folded, so that each of its lines stays short.
  private static final String FOLD = "\r\n\t";

  static Trace of(Payload payload) {
    return new Trace(
        "<" + payload.mail().envelope().from().text() + ">", String.join(" ", clauses(payload)));
  }

  /// Both as header fields.
  List<Header> fields() {
    return List.of(
        new Header("Return-Path", returnPath, returnPath),
        new Header("Received", received, received));
  }

  /// Both fields as bytes of a message, line ends included.
  static byte[] lines(Payload payload) {
    String returnPath = "Return-Path: " + of(payload).returnPath() + "\r\n";
    String received = "Received: " + String.join(FOLD, clauses(payload)) + "\r\n";
    return (returnPath + received).getBytes(UTF_8);
  }

  private static String[] clauses(Payload payload) {
    Envelope envelope = payload.mail().envelope();
    Peer peer = envelope.peer();
    return new String[] {
      "from " + helo(peer) + " (" + literal(peer.ip()) + ")",
      "by "
          + payload.gateway().hostName()
          + " with "
          + envelope.protocol()
          + " id "
          + payload.mail().id(),
      "for <" + payload.recipient().text() + ">; " + DATE.format(envelope.received())
    };
  }

  /// What the peer called itself, if it is of the grammar: a comment or a semicolon of its making
  /// would change what the line says.
  private static String helo(Peer peer) {
    return Domain.parse(peer.helo()).map(Domain::ascii).orElse("unknown");
  }

  /// RFC 5321 §4.1.3.
  private static String literal(String ip) {
    return ip.contains(":") ? "[IPv6:" + ip + "]" : "[" + ip + "]";
  }
}
