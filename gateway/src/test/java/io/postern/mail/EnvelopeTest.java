package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnvelopeTest {
  /// The registry of mail transmission types (RFC 3848, RFC 6531 §4.3) has no SMTPS.
  @ParameterizedTest
  @CsvSource({
    "SMTP, false, '', false",
    "SMTP, false, TLSv1.3 X, false",
    "ESMTP, true, '', false",
    "ESMTPS, true, TLSv1.3 X, false",
    "UTF8SMTP, true, '', true",
    "UTF8SMTPS, true, TLSv1.3 X, true",
  })
  void namesTheTransmissionAsRegistered(String protocol, boolean esmtp, String tls, boolean utf8) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 25);
    Envelope envelope =
        new Envelope(
            "session",
            new Peer(address, "client.example.net", esmtp, tls),
            ReversePath.NULL,
            List.of(),
            Instant.EPOCH,
            utf8);
    assertEquals(protocol, envelope.protocol());
  }
}
