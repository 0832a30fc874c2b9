package io.postern.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Peer;
import io.postern.mime.Headers;
import io.postern.policy.PermittedDomains.Entry;
import io.postern.settings.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelfMailTest {
  private static final String PERMITTED = "header From is in the permitted domain in.example.com";
  private static final String SELF = "each header To address is also a header From address";
  private static final PermittedDomains DOMAINS =
      PermittedDomains.of(
          List.of(
              Entry.parse("in.example.com").orElseThrow(),
              Entry.parse("*.wide.example.com").orElseThrow()));

  /// `$` stands for a line end.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "From: a@example.org | false",
        "From: a@in.example.com | true",
        "From: a@IN.Example.COM | true",
        "From: a@sub.in.example.com | false",
        "From: a@x.wide.example.com | true",
        "From: a@wide.example.com | false",
        "From: \"a@in.example.com\" <a@example.org> | false",
        "From: Anna (a@in.example.com) <a@example.org> | false",
        "From: a@example.org, b@in.example.com | true",
        "From: team: b@in.example.com, c@example.org; | true",
        "From: a@example.org$From: b@in.example.com | true",
        "From: <<b@in.example.com | true",
        "Subject: none | false",
        "From: | false",
        "From: undisclosed:; | false",
        "Sender: a@in.example.com$From: a@example.org | false",
      })
  void findsAHeaderFromInAPermittedDomain(String headers, boolean isForged) {
    Verdict verdict = judge(settings(Mode.ENFORCE, Mode.OFF), headers.replace("$", "\r\n"));
    if (isForged) {
      Verdict.Refuse refuse = (Verdict.Refuse) verdict;
      assertEquals("header From is in the permitted domain ", refuse.reason().substring(0, 39));
    } else {
      assertEquals(new Verdict.Accept(), verdict);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "From: a@example.org$To: a@example.org | true",
        "From: a@example.org$To: A@Example.ORG | true",
        "From: a@example.org$To: b@example.org | false",
        "From: a@example.org$To: a@example.org, b@example.org | false",
        "From: a@example.org, b@example.org$To: b@example.org, a@example.org | true",
        "From: a@example.org, b@example.org$To: b@example.org | true",
        "From: a@example.org$To: a@example.org$To: b@example.org | false",
        "From: a@example.org$From: b@example.org$To: b@example.org | true",
        "From: a@example.org$To: team: a@example.org; | true",
        "From: a@example.org$To: undisclosed-recipients:; | false",
        "From: a@example.org | false",
        "To: a@example.org | false",
        "Subject: none | false",
        "From: a@example.org$To: \"a@example.org\" <b@example.org> | false",
        "From: a@example.org$Cc: a@example.org | false",
      })
  void findsMailThatSeemsToComeFromThoseItIsFor(String headers, boolean isForged) {
    assertEquals(
        isForged ? new Verdict.Refuse(SELF) : new Verdict.Accept(),
        judge(settings(Mode.OFF, Mode.ENFORCE), headers.replace("$", "\r\n")));
  }

  /// Against a mail that both find forged.
  @ParameterizedTest
  @CsvSource({
    "ENFORCE, ENFORCE, refuse both",
    "ENFORCE, OBSERVE, refuse permitted",
    "ENFORCE, OFF, refuse permitted",
    "OBSERVE, ENFORCE, refuse self",
    "OBSERVE, OBSERVE, observe both",
    "OBSERVE, OFF, observe permitted",
    "OFF, ENFORCE, refuse self",
    "OFF, OBSERVE, observe self",
    "OFF, OFF, accept",
  })
  void doesWithForgedMailWhatItIsTold(Mode fromPermitted, Mode toIsFrom, String expected) {
    Verdict verdict =
        judge(settings(fromPermitted, toIsFrom), "From: a@in.example.com\r\nTo: a@in.example.com");
    assertEquals(
        switch (expected) {
          case "refuse both" -> new Verdict.Refuse(PERMITTED + "; " + SELF);
          case "refuse permitted" -> new Verdict.Refuse(PERMITTED);
          case "refuse self" -> new Verdict.Refuse(SELF);
          case "observe both" -> new Verdict.Observe(PERMITTED + "; " + SELF);
          case "observe permitted" -> new Verdict.Observe(PERMITTED);
          case "observe self" -> new Verdict.Observe(SELF);
          default -> new Verdict.Accept();
        },
        verdict);
  }

  @Test
  void sparesPeersInExemptNetworks() {
    Settings settings =
        new Settings(
            DOMAINS,
            Mode.ENFORCE,
            Mode.ENFORCE,
            List.of(
                Network.parse("192.0.2.0/28").orElseThrow(),
                Network.parse("2001:db8::/32").orElseThrow()));
    String forged = "From: a@in.example.com\r\nTo: a@in.example.com";
    assertEquals(new Verdict.Accept(), judge(settings, forged, "192.0.2.15"));
    assertEquals(new Verdict.Accept(), judge(settings, forged, "2001:db8::5"));
    assertEquals(
        new Verdict.Refuse(PERMITTED + "; " + SELF), judge(settings, forged, "192.0.2.16"));
  }

  @Test
  void seesDomainsInEitherForm() {
    PermittedDomains domains =
        PermittedDomains.of(List.of(Entry.parse("xn--wgv71a.example").orElseThrow()));
    Settings settings = new Settings(domains, Mode.ENFORCE, Mode.ENFORCE, List.of());
    assertEquals(
        new Verdict.Refuse("header From is in the permitted domain xn--wgv71a.example"),
        judge(settings, "From: a@日本.example"));
    assertEquals(
        new Verdict.Refuse("header From is in the permitted domain xn--wgv71a.example; " + SELF),
        judge(settings, "From: a@日本.example\r\nTo: a@xn--wgv71a.example"));
  }

  private static Settings settings(Mode fromPermitted, Mode toIsFrom) {
    return new Settings(DOMAINS, fromPermitted, toIsFrom, List.of());
  }

  private static Verdict judge(Settings settings, String headers) {
    return judge(settings, headers, "198.51.100.9");
  }

  private static Verdict judge(Settings settings, String headers, String peer) {
    byte[] bytes = (headers + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
    return new SelfMail(settings)
        .judge(
            Headers.read(bytes, bytes.length),
            new Peer(
                new InetSocketAddress(InetAddress.ofLiteral(peer), 25),
                "mx.example.org",
                true,
                ""));
  }
}
