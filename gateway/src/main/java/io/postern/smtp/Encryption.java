package io.postern.smtp;

import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/// How sessions get encrypted, and how often that went well and wrong. Safe for use by many
/// threads.
final class Encryption {
  private final Supplier<Optional<SSLEngine>> engines;
  private final LongAdder sessions = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder discarded = new LongAdder();

  /// @param engines gives a server's engine for one session; empty when sessions can't be encrypted
  Encryption(Supplier<Optional<SSLEngine>> engines) {
    this.engines = engines;
  }

  /// There is none.
  static Encryption none() {
    return new Encryption(Optional::empty);
  }

  /// An engine for one session; empty when sessions can't be encrypted now.
  Optional<SSLEngine> engine() {
    return engines.get();
  }

  /// A session is encrypted from now on.
  void begun() {
    sessions.increment();
  }

  /// A handshake came to nothing.
  void failed() {
    failures.increment();
  }

  /// What a peer had said behind STARTTLS was thrown away.
  void discarded(long bytes) {
    discarded.add(bytes);
  }

  /// How many sessions were encrypted.
  long sessions() {
    return sessions.sum();
  }

  /// How many handshakes came to nothing.
  long failures() {
    return failures.sum();
  }

  /// How many bytes were thrown away that came in clear text behind STARTTLS.
  long discarded() {
    return discarded.sum();
  }
}
