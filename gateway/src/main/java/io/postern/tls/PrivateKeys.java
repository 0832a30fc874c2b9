package io.postern.tls;

import io.postern.settings.Place;
import io.postern.settings.Problems;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads private keys: PKCS#8, PKCS#1 and SEC 1, in PEM.
final class PrivateKeys {
  /// RFC 9325 §4.5.
  private static final int RSA_BITS_MIN = 2048;

  /// What TLS can sign with, and how a pair is tried out.
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  /// RFC 8422 §5.1.1.
  private static final List<String> CURVES = List.of("secp256r1", "secp384r1", "secp521r1");

  private PrivateKeys() {}

  /// The one key of a file.
  ///
  /// @param problems gets the reason when there is none, with what to do
  static Optional<PrivateKey> of(Contents.Held file, List<Pem> blocks, Problems problems) {
    Optional<PrivateKey> key = Optional.empty();
    for (Pem block : blocks) {
      if (!block.label().endsWith("PRIVATE KEY")) {
        continue;
      }
      if (key.isPresent()) {
        problems.error(block.place(), "a second private key; leave the certificate's own");
        return Optional.empty();
      }
      key = read(file, block, problems);
      if (key.isEmpty()) {
        return key;
      }
    }
    if (key.isEmpty()) {
      problems.error(new Place(file.path().toString(), 0, 0), missing(file));
    }
    return key;
  }

  private static String missing(Contents.Held file) {
    // SEQUENCE with a length of two bytes: how DER and PKCS#12 files of these kinds begin.
    return file.text().startsWith("0\u0082")
        ? "a binary file, not PEM; convert it: openssl pkey -inform DER -in %s -out new.key"
            .formatted(file.path().getFileName())
        : "no private key; name the PEM file that has -----BEGIN PRIVATE KEY-----";
  }

  private static Optional<PrivateKey> read(Contents.Held file, Pem block, Problems problems) {
    if (block.encrypted() || block.label().equals("ENCRYPTED PRIVATE KEY")) {
      problems.error(
          block.place(),
          ("the key is encrypted; the gateway starts without a person who could type a passphrase,"
                  + " so write it decrypted: openssl pkey -in %s -out new.key, and let only the"
                  + " gateway's user read it")
              .formatted(file.path().getFileName()));
      return Optional.empty();
    }
    Optional<byte[]> pkcs8 =
        switch (block.label()) {
          case "PRIVATE KEY" -> Optional.of(block.bytes());
          case "RSA PRIVATE KEY" -> Optional.of(Der.pkcs8OfRsa(block.bytes()));
          case "EC PRIVATE KEY" -> Der.pkcs8OfEc(block.bytes());
          default -> Optional.empty();
        };
    Optional<PrivateKey> key =
        pkcs8.flatMap(PrivateKeys::decoded).filter(PrivateKeys::isOnKnownCurve);
    if (key.isEmpty()) {
      problems.error(
          block.place(),
          "not a key that can be used; RSA, EC (P-256, P-384, P-521) and Ed25519 can, as openssl"
              + " genpkey writes them");
    } else if (key.get() instanceof RSAKey rsa && rsa.getModulus().bitLength() < RSA_BITS_MIN) {
      problems.error(
          block.place(),
          "an RSA key of %d bits is too weak; make one of %d, and have it certified"
              .formatted(rsa.getModulus().bitLength(), RSA_BITS_MIN));
      return Optional.empty();
    }
    return key;
  }

  /// The key says which kind it is, but only to a decoder of that kind.
  private static Optional<PrivateKey> decoded(byte[] pkcs8) {
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return Optional.of(
            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
      } catch (InvalidKeySpecException _) {
        // Of another kind, or broken; the next one tells.
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has " + algorithm, e);
      }
    }
    return Optional.empty();
  }

  /// False for curves that Java can read and TLS hasn't.
  private static boolean isOnKnownCurve(PrivateKey key) {
    if (!(key instanceof ECKey ec)) {
      return true;
    }
    try {
      for (String curve : CURVES) {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve));
        if (parameters
            .getParameterSpec(ECParameterSpec.class)
            .getCurve()
            .equals(ec.getParams().getCurve())) {
          return true;
        }
      }
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has these curves", e);
    }
  }

  /// True when what the one signs the other verifies.
  static boolean fit(PrivateKey key, PublicKey certified) {
    if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    byte[] text = {1, 2, 3};
    try {
      Signature signature = Signature.getInstance(SIGNATURES.get(key.getAlgorithm()));
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException _) {
      // A key of another size or curve, or a signature that isn't even of this key's form.
      return false;
    }
  }
}
