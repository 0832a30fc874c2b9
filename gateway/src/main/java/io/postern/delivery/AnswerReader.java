package io.postern.delivery;

import io.postern.journal.CleanText;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// Reads one answer: its status and headers as soon as they are complete, and of its body an
/// excerpt. Written by the client's threads, read by the one that waits.
final class AnswerReader implements HttpResponse.BodyHandler<Void> {
  /// How much of a body is read, so that a kept connection can be used again.
  static final int READ_MAX = 64 * 1024;

  /// How much of it goes into the status log.
  private static final int EXCERPT_MAX = 200;

  private volatile int status;
  private volatile HttpHeaders headers = HttpHeaders.of(Map.of(), (_, _) -> true);
  private final ByteArrayOutputStream start = new ByteArrayOutputStream(EXCERPT_MAX);

  /// The status code; 0 while the headers are not complete.
  int status() {
    return status;
  }

  /// A header of the answer, without control characters.
  Optional<String> header(String name) {
    return headers.firstValue(name).map(CleanText::of);
  }

  /// The start of the body read so far, on one line.
  String excerpt() {
    byte[] bytes;
    synchronized (start) {
      bytes = start.toByteArray();
    }
    return CleanText.of(new String(bytes, StandardCharsets.UTF_8).replaceAll("\\s+", " "));
  }

  @Override
  public BodySubscriber<Void> apply(HttpResponse.ResponseInfo info) {
    headers = info.headers();
    status = info.statusCode();
    return new Reader();
  }

  private final class Reader implements BodySubscriber<Void> {
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private int read;

    @Override
    public CompletionStage<Void> getBody() {
      return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        read += buffer.remaining();
        keep(buffer);
      }
      if (read > READ_MAX && subscription != null) {
        subscription.cancel();
        done.complete(null);
      }
    }

    @Override
    public void onError(Throwable failure) {
      // The status has decided already: a body that breaks off changes nothing.
      done.complete(null);
    }

    @Override
    public void onComplete() {
      done.complete(null);
    }

    private void keep(ByteBuffer buffer) {
      synchronized (start) {
        byte[] bytes = new byte[Math.min(buffer.remaining(), EXCERPT_MAX - start.size())];
        buffer.get(bytes);
        start.write(bytes, 0, bytes.length);
      }
    }
  }
}
