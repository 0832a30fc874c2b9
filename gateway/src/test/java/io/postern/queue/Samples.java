package io.postern.queue;

import io.postern.journal.StoreUnavailable;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.queue.Accepted.Route;
import io.postern.queue.Settlement.Trial;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Mails for tests of the line and of the status log.
public final class Samples {
  /// How long leases last here.
  public static final Duration LEASE = Duration.ofMinutes(2);

  private Samples() {}

  /// A mail for one recipient of each rule.
  ///
  /// @param id the mail's id; its session is `s` and the id
  public static Accepted mail(String id, Instant received, String... rules) {
    return new Accepted(
        id,
        envelope("s" + id, received),
        new Accepted.Heading(
            "Alice@Sender.example.net", "<" + id + "@sender.example.net>", "Order " + id, false),
        "book1",
        Arrays.stream(rules).map(Samples::route).toList());
  }

  /// How a subscriber stands that nothing is known about.
  public static Cursor.Standing fresh(Instant now) {
    return new Cursor.Standing(0, now, null, Duration.ZERO, now);
  }

  /// A delivery to the rule's name at in.example.com.
  public static Route route(String rule) {
    return new Route(address(rule + "@in.example.com"), rule);
  }

  /// What the door noted.
  public static Envelope envelope(String session, Instant received) {
    Peer peer =
        new Peer(
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40_001),
            "mx.sender.example.net",
            true,
            "TLSv1.3 TLS_AES_256_GCM_SHA384");
    return new Envelope(
        session,
        peer,
        new ReversePath.Of(address("bounce+1@sender.example.net")),
        List.of(address("support@in.example.com"), address("\"odd @ one\"@in.example.com")),
        received,
        true);
  }

  /// Reads an address.
  public static Address address(String text) {
    int at = text.lastIndexOf('@');
    return new Address(text.substring(0, at), new Domain(text.substring(at + 1)));
  }

  /// Bytes that no two sizes share.
  public static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  /// Spools the bytes and puts the mail.
  public static void put(MailQueue queue, Accepted accepted, byte[] bytes) throws StoreUnavailable {
    try (Spool spool = queue.spool()) {
      fill(spool, bytes);
      queue.put(accepted, spool);
    }
  }

  /// Writes in pieces that fit no block.
  public static void fill(Spool spool, byte[] bytes) throws StoreUnavailable {
    int piece = 8_191;
    for (int at = 0; at < bytes.length; at += piece) {
      spool.write(bytes, at, Math.min(piece, bytes.length - at));
    }
  }

  /// Room for some deliveries of a rule.
  public static Demand want(String rule, int room) {
    return Demand.of(List.of(wants(rule, room)));
  }

  /// Room for some deliveries of a rule, whose endpoint is at a host of its own.
  public static Want wants(String rule, int room) {
    return new Want(rule, rule + ".example.com", room, LEASE);
  }

  /// The whole message of a claim.
  public static byte[] read(Claim claim) throws IOException {
    return read(claim, 0);
  }

  /// The message of a claim from a byte on.
  public static byte[] read(Claim claim, long offset) throws IOException {
    try (InputStream in = claim.mail().message().open(offset)) {
      return in.readAllBytes();
    }
  }

  /// An attempt that took 250 ms.
  public static Trial trial(Instant ended, int httpStatus, String reason) {
    return new Trial(ended, Duration.ofMillis(250), httpStatus, reason, "");
  }
}
