package io.postern.delivery;

import io.postern.settings.Network;
import io.postern.settings.Secret;
import io.postern.webhook.Destination;
import io.postern.webhook.Endpoint.Authorization;
import io.postern.webhook.Signature;
import io.postern.webhook.Target;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Posts by the JDK's HTTP client, one call on one connection at a time.
///
/// HTTP/1.1 throughout: one hanging call can't stall another by flow control, and a plain endpoint
/// is not asked to upgrade. Redirects are never followed, no proxy is used, and one deadline, the
/// endpoint's time-out, goes round the whole exchange: the client's own ends at the headers.
///
/// Headers of a post: `webhook-id` (the delivery's id, the same at every attempt and replay),
/// `webhook-timestamp` (Unix seconds of this call), `webhook-signature` (Standard Webhooks 1.0.0,
/// when the endpoint has signing keys), `postern-attempt` (from 1), `postern-replay` (`true` or
/// `false`), `authorization` when the endpoint asks for it, and those of the body's format. No text
/// of a mail ever stands in a header.
public final class HttpCourier implements Courier {
  static {
    // A POST on a kept connection that the endpoint is just closing fails, and the client does not
    // repeat it. Many servers close after 5 s without a request, so we close before they do.
    if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
      System.setProperty("jdk.httpclient.keepalive.timeout", "4");
    }
  }

  /// A kept connection that was closed under a POST shows it in a round trip. What is closed later
  /// than this was closed by somebody who had the POST, and gets it again after the interval.
  private static final long STALE_NANOS = Duration.ofSeconds(2).toNanos();

  private final InstantSource clock;
  private final Clients clients;
  private final Set<Integer> permanent;
  private final boolean privateAllowed;
  private volatile boolean stopping;

  /// @param clock gives the timestamps of signatures, and judges the authorities of rules
  /// @param permanent the status codes that refuse the request itself, where a rule doesn't say it
  /// @param privateAllowed false to refuse endpoints at addresses of private networks
  public HttpCourier(InstantSource clock, Set<Integer> permanent, boolean privateAllowed) {
    EndpointResolver.require();
    this.clock = clock;
    this.clients = new Clients(clock);
    this.permanent = Set.copyOf(permanent);
    this.privateAllowed = privateAllowed;
  }

  @Override
  public Outcome carry(Post post) throws IOException {
    long deadline = System.nanoTime() + post.target().timeout().toNanos();
    Optional<String> refusal = refusal(post.url());
    if (refusal.isPresent()) {
      return new Outcome.Deferred(0, refusal.get(), "", null);
    }
    try {
      HttpClient client = client(post.target());
      Call first = call(client, post, deadline);
      // The connection was closed before a byte of the answer: most likely one that was kept open
      // too long. The id makes a second post harmless where the first did arrive.
      return first.stale() ? call(client, post, deadline).outcome() : first.outcome();
    } catch (Unreadable e) {
      return new Outcome.NotMade(String.valueOf(e.getMessage()));
    }
  }

  /// The post as it would be made, for showing.
  ///
  /// @throws IOException when a secret can't be read
  HttpRequest prepared(Post post) throws IOException {
    try {
      return request(post).build();
    } catch (Unreadable e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Connects, and posts nothing.
  ///
  /// @return why no connection can be had, in the words of the status log; empty when one can
  Optional<String> reach(Target target) {
    Optional<String> refusal = refusal(target.url());
    if (refusal.isPresent()) {
      return refusal;
    }
    try {
      Reach.connect(target.url(), client(target).sslContext(), target.timeout());
      return Optional.empty();
    } catch (Unreadable e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (UnknownHostException _) {
      return Optional.of(EndpointNames.ALL.refusal(target.url().getHost()).orElse("unknown host"));
    } catch (SocketTimeoutException _) {
      return Optional.of("time-out while connecting");
    } catch (IOException e) {
      return Optional.of(reason(target.url(), e));
    }
  }

  @Override
  public void close() {
    stopping = true;
    clients.close();
  }

  /// Why nothing is posted to an address; for a name, the resolver is told to take care.
  private Optional<String> refusal(URI url) {
    String host = url.getHost();
    boolean isBracketed = host.startsWith("[");
    Optional<InetAddress> literal =
        Network.literal(isBracketed ? host.substring(1, host.length() - 1) : host);
    if (literal.isEmpty()) {
      EndpointNames.ALL.add(host, privateAllowed);
      return Optional.empty();
    }
    return literal
        .filter(address -> Destination.of(address).isRefused(privateAllowed))
        .map(address -> "nothing may be posted to " + address.getHostAddress());
  }

  private HttpClient client(Target target) throws Unreadable {
    try {
      return clients.of(target.exchange().ca());
    } catch (IOException e) {
      throw new Unreadable("ca: " + e.getMessage());
    }
  }

  private HttpRequest.Builder request(Post post) throws IOException, Unreadable {
    long timestamp = clock.instant().getEpochSecond();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(post.url())
            .header("user-agent", "Postern")
            .header("content-type", post.body().contentType())
            .header("webhook-id", post.delivery())
            .header("webhook-timestamp", Long.toString(timestamp))
            .header("postern-attempt", Integer.toString(post.attempt()))
            .header("postern-replay", Boolean.toString(post.replay()));
    post.headers().forEach(request::header);
    Target target = post.target();
    switch (target.authentication().authorization()) {
      case Authorization.None() -> {}
      case Authorization.Basic(String username, var password) -> {
        byte[] pair = (username + ":" + read(password)).getBytes(StandardCharsets.UTF_8);
        request.header("authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
      }
      case Authorization.Bearer(var key) -> request.header("authorization", "Bearer " + token(key));
    }
    if (!target.signingKeys().isEmpty()) {
      List<byte[]> keys = new ArrayList<>();
      for (var key : target.signingKeys()) {
        keys.add(signingKey(key));
      }
      request.header(
          "webhook-signature", Signature.header(keys, post.delivery(), timestamp, post.body()));
    }
    return request;
  }

  private Call call(HttpClient client, Post post, long deadline) throws IOException, Unreadable {
    BodySource source = new BodySource(post.body());
    AnswerReader reader = new AnswerReader();
    long begun = System.nanoTime();
    HttpRequest request = request(post).POST(source.publisher()).build();
    CompletableFuture<HttpResponse<Void>> exchange = client.sendAsync(request, reader);
    try {
      exchange.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      return Call.of(answered(post, reader));
    } catch (TimeoutException _) {
      exchange.cancel(true);
      // The status decides once the headers are complete, even if the body never ends.
      return Call.of(
          reader.status() == 0
              ? new Outcome.Deferred(0, "time-out after " + text(post.target().timeout()), "", null)
              : answered(post, reader));
    } catch (ExecutionException e) {
      if (source.fault() != null) {
        throw new IOException("the stored message could not be read", source.fault());
      }
      if (reader.status() != 0) {
        return Call.of(answered(post, reader));
      }
      if (stopping) {
        return Call.of(new Outcome.NotMade("the gateway stopped during the call", true));
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      boolean isStale = isUnanswered(cause) && System.nanoTime() - begun < STALE_NANOS;
      return new Call(new Outcome.Deferred(0, reason(post.url(), cause), "", null), isStale);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while posting", e);
    }
  }

  private Outcome answered(Post post, AnswerReader reader) {
    int status = reader.status();
    if (Outcome.isSuccess(status)) {
      return new Outcome.Accepted(status);
    }
    StringBuilder reason = new StringBuilder("HTTP ").append(status);
    boolean isLogged = post.target().exchange().answerLogged();
    StringBuilder detail = new StringBuilder(isLogged ? reader.excerpt().strip() : "");
    if (status >= 300 && status < 400) {
      reason.append(", a redirect, which is not followed");
      reader.header("location").ifPresent(to -> detail.insert(0, "to " + to + " "));
    }
    if (status == 401 || status == 403) {
      reason.append(", the endpoint does not accept our credentials");
    }
    if (!post.url().equals(post.target().url())) {
      reason.append(" (backup URL)");
    }
    Duration retryAfter =
        reader
            .header("retry-after")
            .flatMap(value -> RetryAfter.parse(value, clock.instant()))
            .orElse(null);
    @Nullable Set<Integer> own = post.target().exchange().permanentFailures();
    return Outcome.of(
        status,
        own == null ? permanent : own,
        reason.toString(),
        detail.toString().strip(),
        retryAfter);
  }

  /// A failure in the words of the status log.
  private static String reason(URI url, Throwable failure) {
    Throwable root = innermost(failure);
    String detail = root.getMessage() == null ? "" : ": " + root.getMessage();
    return switch (failure) {
      case HttpConnectTimeoutException _ -> "time-out while connecting";
      // The JDK gives no message here; only the innermost cause tells the two apart.
      case ConnectException _ when root instanceof UnresolvedAddressException ->
          EndpointNames.ALL.refusal(url.getHost()).orElse("unknown host");
      case ConnectException _ -> "no connection" + detail;
      case SSLException _ -> "TLS" + detail;
      default -> "the connection broke" + detail;
    };
  }

  private static Throwable innermost(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /// True for the failure of a POST on a connection that was closed without a byte of an answer.
  private static boolean isUnanswered(Throwable failure) {
    return failure instanceof IOException
        && !(failure instanceof SSLException)
        && failure.getMessage() != null
        && failure.getMessage().contains("header parser received no bytes");
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  private static byte[] signingKey(Secret secret) throws Unreadable {
    try {
      return Signature.key(read(secret));
    } catch (IllegalArgumentException e) {
      throw new Unreadable("secret unreadable: " + secret.name() + ": " + e.getMessage());
    }
  }

  private static String read(Secret secret) throws Unreadable {
    try {
      return secret.value();
    } catch (IOException e) {
      throw new Unreadable("secret unreadable: " + e.getMessage());
    }
  }

  /// A key as RFC 6750 §2.1 lets it stand in a header. The JDK's own refusal would quote it.
  private static String token(Secret secret) throws Unreadable {
    String key = read(secret);
    if (!key.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new Unreadable(
          "secret unreadable: "
              + secret.name()
              + ": a bearer key is of printable ASCII without blanks; mend it");
    }
    return key;
  }

  /// One call and whether it may be made again at once.
  private record Call(Outcome outcome, boolean stale) {
    static Call of(Outcome outcome) {
      return new Call(outcome, false);
    }
  }

  /// A file of ours that can't be read defers the delivery: an operator can mend it.
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;

    Unreadable(@Nullable String message) {
      super(message);
    }
  }
}
