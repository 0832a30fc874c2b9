package io.postern.delivery;

import io.postern.settings.CertificateFile;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The HTTP clients: one that trusts the authorities of the system, and one for each file of others
/// that rules name. A file that has changed gets a new client; what the old one carries ends as it
/// began. An authority counts only while its certificate is in force, which Java does not ask: it
/// takes whatever it was told to trust for as long as it is told so. Any thread.
final class Clients implements AutoCloseable {
  /// Each client has a thread; the one that was not used for longest makes room for another.
  private static final int OWN_MAX = 100;

  private final InstantSource clock;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient common = client(null);
  private final Map<Path, Own> own = new LinkedHashMap<>(16, 0.75f, true);

  Clients(InstantSource clock) {
    this.clock = clock;
  }

  /// A client of a file, as the file was.
  ///
  /// @param until when another of its certificates begins to be in force, or ends
  private record Own(HttpClient client, Stamp stamp, Instant until) {}

  /// What changes when a file is written, or another takes its place.
  private record Stamp(FileTime modified, long size, @Nullable Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  /// The client to call an endpoint with.
  ///
  /// @param ca the endpoint's own authorities; null for those of the system
  /// @throws IOException with one sentence, when the file holds none that can be used
  HttpClient of(@Nullable CertificateFile ca) throws IOException {
    return ca == null ? common : ofFile(ca);
  }

  private synchronized HttpClient ofFile(CertificateFile ca) throws IOException {
    @Nullable Own known = own.get(ca.path());
    Instant now = clock.instant();
    if (known != null
        && now.isBefore(known.until())
        && Files.exists(ca.path())
        && known.stamp().equals(Stamp.of(ca.path()))) {
      return known.client();
    }
    // The certificates are read first: they say better what is wrong with a file.
    List<X509Certificate> all = ca.read();
    List<X509Certificate> authorities = all.stream().filter(each -> isInForce(each, now)).toList();
    if (authorities.isEmpty()) {
      throw new IOException(outOfForce(all.getFirst(), ca.path()));
    }
    Own fresh =
        new Own(client(ca.trusting(authorities)), Stamp.of(ca.path()), nextChange(all, now));
    own.put(ca.path(), fresh);
    if (known != null) {
      known.client().shutdown();
    }
    if (own.size() > OWN_MAX) {
      Path eldest = own.keySet().iterator().next();
      Objects.requireNonNull(own.remove(eldest)).client().shutdown();
    }
    return fresh.client();
  }

  private static boolean isInForce(X509Certificate certificate, Instant now) {
    return !now.isBefore(certificate.getNotBefore().toInstant())
        && !now.isAfter(certificate.getNotAfter().toInstant());
  }

  private static String outOfForce(X509Certificate certificate, Path file) {
    return "no certificate in %s is in force: the first is from %s to %s; put a new one there"
        .formatted(
            file, certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
  }

  /// The first time after now at which one begins or ends.
  private static Instant nextChange(List<X509Certificate> certificates, Instant now) {
    return certificates.stream()
        .flatMap(each -> Stream.of(each.getNotBefore(), each.getNotAfter()))
        .map(Date::toInstant)
        .filter(now::isBefore)
        .min(Instant::compareTo)
        .orElse(Instant.MAX);
  }

  private HttpClient client(@Nullable SSLContext tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(executor);
    return tls == null ? builder.build() : builder.sslContext(tls).build();
  }

  /// Cuts off what is under way.
  @Override
  public synchronized void close() {
    List<HttpClient> all = new ArrayList<>(List.of(common));
    own.values().forEach(each -> all.add(each.client()));
    all.forEach(HttpClient::shutdownNow);
    all.forEach(HttpClient::close);
    executor.close();
  }
}
