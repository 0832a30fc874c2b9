package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.mail.Message;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.mime.ParsedMail;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Payloads for tests, and their bodies.
public final class Payloads {
  public static final String DELIVERY = "01jd8q5zk6m3v0c9x7t2r4w1ab";

  private Payloads() {}

  /// The payload of a message that came from `mx.example.com`.
  public static Payload of(Message message) throws IOException {
    return of(message, peer("192.0.2.25", "mx.example.com"), sender());
  }

  static Payload of(Message message, Peer peer, ReversePath from) throws IOException {
    Address desk = new Address("Desk+1", Domain.parse("in.example.com").orElseThrow());
    Envelope envelope =
        new Envelope(
            "s1", peer, from, List.of(desk), Instant.parse("2026-11-02T03:04:05.678Z"), false);
    return new Payload(
        DELIVERY,
        "support-desk",
        desk,
        new Mail("01mail", envelope, message),
        ParsedMail.parse(message),
        new Payload.Gateway("mx.in.example.com", "main"));
  }

  /// The body of a format without options.
  public static Body body(Format format, Payload payload) throws IOException {
    return body(format, payload, "");
  }

  static Body body(Format format, Payload payload, String apiKey) throws IOException {
    return Dialect.of(format).body(payload, proof(apiKey));
  }

  static Proof proof(String apiKey) {
    return new Proof(apiKey, "key-example-signing", 1_700_000_000, "a".repeat(50));
  }

  /// Each format, and those that have one also in raw.
  public static List<Dialect> dialects() {
    return Arrays.stream(Format.values())
        .flatMap(
            format ->
                format.hasRaw()
                    ? Stream.of(Dialect.of(format), new Dialect(format, true, Dialect.INLINE_MAX))
                    : Stream.of(Dialect.of(format)))
        .toList();
  }

  static ReversePath sender() {
    return new ReversePath.Of(new Address("bounce", Domain.parse("example.com").orElseThrow()));
  }

  static Peer peer(String ip, String helo) {
    try {
      return new Peer(
          new InetSocketAddress(InetAddress.getByName(ip), 25), helo, true, "TLSv1.3 X");
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /// A body's bytes, which must be as many as it says, and the same when read again in small
  /// pieces.
  static byte[] bytes(Body body) throws IOException {
    byte[] bytes;
    try (InputStream in = body.source().open()) {
      bytes = in.readAllBytes();
    }
    assertEquals(body.length(), bytes.length);
    byte[] again = new byte[bytes.length];
    try (InputStream in = body.source().open()) {
      int at = 0;
      while (at < again.length) {
        int count = in.read(again, at, Math.min(7, again.length - at));
        at += count;
      }
      assertEquals(-1, in.read());
    }
    assertArrayEquals(bytes, again);
    return bytes;
  }
}
