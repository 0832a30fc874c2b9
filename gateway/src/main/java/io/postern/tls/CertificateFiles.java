package io.postern.tls;

import io.postern.settings.Place;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import java.io.ByteArrayInputStream;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Judges the files of a certificate as a whole: both must be there, be what they should be, and
/// belong together.
public final class CertificateFiles {
  /// What a client takes from us at the most, by Java's own default for what it takes itself.
  private static final int CHAIN_MAX = 10;

  private CertificateFiles() {}

  /// Reads the files.
  ///
  /// @param now for what has expired
  /// @param denied how bad it is when this user may not read a file: a person at a terminal may not
  ///   read what the gateway can
  /// @param problems gets whatever is wrong, with its place and what to do
  /// @return empty when they can't be used
  public static Optional<Identity> read(
      Settings settings, Instant now, Severity denied, Problems problems) {
    return judge(Contents.of(settings), settings, now, denied, problems);
  }

  static Optional<Identity> judge(
      Contents contents, Settings settings, Instant now, Severity denied, Problems problems) {
    if (contents.tellFaults(denied, problems)) {
      return Optional.empty();
    }
    Problems wrong = new Problems();
    Optional<Identity> identity = identity(contents, wrong);
    if (!settings.selfMade()) {
      identity.ifPresent(it -> warn(it, contents.certificate(), settings, now, wrong));
    }
    problems.addAll(wrong.sorted());
    return identity;
  }

  private static Optional<Identity> identity(Contents contents, Problems problems) {
    List<Pem> certificateBlocks = blocks(contents.certificate(), problems);
    List<Pem> keyBlocks =
        contents.key().equals(contents.certificate())
            ? certificateBlocks
            : blocks(contents.key(), problems);
    if (problems.hasErrors()) {
      return Optional.empty();
    }
    List<X509Certificate> chain = chain(contents.certificate(), certificateBlocks, problems);
    Optional<PrivateKey> key = PrivateKeys.of(contents.key(), keyBlocks, problems);
    if (problems.hasErrors() || key.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < chain.size(); i++) {
      if (PrivateKeys.fit(key.get(), chain.get(i).getPublicKey())) {
        if (i == 0) {
          return Optional.of(new Identity(key.get(), chain));
        }
        problems.error(
            whole(contents.certificate()),
            "the key belongs to certificate %d of this file; write that one first"
                .formatted(i + 1));
        return Optional.empty();
      }
    }
    problems.error(
        whole(contents.key()),
        "the key is not that of the certificate in %s; name the two that were made together"
            .formatted(contents.certificate()));
    return Optional.empty();
  }

  private static List<Pem> blocks(Contents.Held file, Problems problems) {
    return Pem.read(file.path().toString(), file.text(), problems);
  }

  private static List<X509Certificate> chain(
      Contents.Held file, List<Pem> blocks, Problems problems) {
    List<X509Certificate> chain = new ArrayList<>();
    for (Pem block : blocks) {
      if (!block.label().equals("CERTIFICATE") && !block.label().equals("X509 CERTIFICATE")) {
        continue;
      }
      if (chain.size() == CHAIN_MAX) {
        problems.error(
            block.place(),
            "more than %d certificates; write the gateway's own and those that lead to its authority"
                .formatted(CHAIN_MAX));
        return List.of();
      }
      try {
        chain.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes())));
      } catch (CertificateException _) {
        problems.error(
            block.place(), "this is not a certificate; fetch it anew from who issued it");
        return List.of();
      }
    }
    if (chain.isEmpty()) {
      problems.error(whole(file), missing(file, blocks));
    }
    return chain;
  }

  private static String missing(Contents.Held file, List<Pem> blocks) {
    if (blocks.stream().anyMatch(block -> block.label().endsWith("CERTIFICATE REQUEST"))) {
      return "a request for a certificate; name the file with what the authority gave for it";
    }
    return file.text().startsWith("0\u0082")
        ? "a binary file, not PEM; convert it: openssl x509 -inform DER -in %s -out new.pem"
            .formatted(file.path().getFileName())
        : "no certificate; name the PEM file that has -----BEGIN CERTIFICATE-----";
  }

  /// What works, but not for everybody: most senders don't look, some do.
  private static void warn(
      Identity identity, Contents.Held file, Settings settings, Instant now, Problems problems) {
    Place place = whole(file);
    if (identity.notAfter().isBefore(now)) {
      problems.warn(
          place, "the certificate has expired on %s; renew it".formatted(identity.notAfter()));
    } else if (identity.own().getNotBefore().toInstant().isAfter(now)) {
      problems.warn(
          place,
          "the certificate is not valid before %s; look whether the clock is right"
              .formatted(identity.own().getNotBefore().toInstant()));
    }
    if (!identity.isFor(settings.hostName())) {
      problems.warn(
          place,
          "the certificate is for %s, and not for %s; have it issued for that name too"
              .formatted(identity.names(), settings.hostName()));
    }
    List<X509Certificate> chain = identity.chain();
    for (int i = 1; i < chain.size(); i++) {
      if (!chain
          .get(i - 1)
          .getIssuerX500Principal()
          .equals(chain.get(i).getSubjectX500Principal())) {
        problems.warn(
            place,
            "certificate %d of this file did not issue the one before it; put them in order"
                .formatted(i + 1));
        return;
      }
    }
  }

  private static Place whole(Contents.Held file) {
    return new Place(file.path().toString(), 0, 0);
  }
}
