package io.postern.delivery;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/// Bytes in memory, for the HTTP client. Its own publisher of an array copies that into buffers of
/// 16 KB, and hands over between threads for each of them; here a slice is a part of the array, and
/// is as long as a socket may take at once.
///
/// @param bytes all that is posted; neither changed nor moved on meanwhile
record Slices(ByteBuffer bytes) implements BodyPublisher {
  /// Not the whole array at once: the JDK copies what is written out of its heap, and each thread
  /// keeps the room that this took.
  static final int SLICE = 64 * 1024;

  @Override
  public long contentLength() {
    return bytes.remaining();
  }

  /// Each subscriber gets all of it: the client subscribes anew when it connects anew.
  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Giving(subscriber));
  }

  /// One subscriber's way through the slices.
  private final class Giving implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final int end = bytes.limit();
    private int at = bytes.position();
    private long wanted;
    private boolean isGiving;
    private boolean isOver;

    Giving(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    /// May be called from within a gift of its own, which must not become another one's caller
    /// (Reactive Streams §3.3).
    @Override
    public synchronized void request(long count) {
      wanted = Math.min(Long.MAX_VALUE - count, wanted) + count;
      if (isGiving) {
        return;
      }
      isGiving = true;
      while (!isOver && (wanted > 0 || at == end)) {
        give();
      }
      isGiving = false;
    }

    private void give() {
      if (at == end) {
        isOver = true;
        subscriber.onComplete();
        return;
      }
      ByteBuffer slice = bytes.slice(at, Math.min(SLICE, end - at));
      at += slice.remaining();
      wanted--;
      subscriber.onNext(slice);
    }

    @Override
    public synchronized void cancel() {
      isOver = true;
    }
  }
}
