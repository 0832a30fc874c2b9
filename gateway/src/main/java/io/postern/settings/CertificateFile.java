package io.postern.settings;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A file of X.509 certificates in PEM (RFC 7468). It is read when it is needed, so that a renewed
/// one counts.
///
/// @param path where it is
public record CertificateFile(Path path) {
  /// No larger file is read.
  public static final int BYTES_MAX = 1 << 20;

  /// Reads it.
  ///
  /// @return its certificates, at least one
  /// @throws IOException with one sentence that names the file and the cure
  public List<X509Certificate> read() throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException("the file " + path + " is not a regular file; name a file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      throw new IOException("the file " + path + " can't be read: " + TextFile.reason(e), e);
    }
    if (bytes.length > BYTES_MAX) {
      throw new IOException("the file " + path + " is larger than " + Units.size(BYTES_MAX));
    }
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new IOException(noCertificate());
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IOException(noCertificate(), e);
    }
  }

  /// What trusts these certificates and no others.
  ///
  /// @param authorities some of those that were read, at least one
  /// @throws IOException with one sentence that names the file, when Java can't use them
  public SSLContext trusting(List<X509Certificate> authorities) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (X509Certificate authority : authorities) {
        store.setCertificateEntry("ca-" + store.size(), authority);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates in " + path + " can't be used: " + e.getMessage(), e);
    }
  }

  private String noCertificate() {
    return "the file "
        + path
        + " holds no certificate; write it in PEM, -----BEGIN CERTIFICATE-----";
  }
}
