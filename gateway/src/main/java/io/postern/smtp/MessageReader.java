package io.postern.smtp;

/// Reads one message from the wire to its true end, whatever is wrong with it, and hands its
/// content on while it is still worth keeping.
final class MessageReader {
  /// What is read and thrown away of a message beyond the largest one, in bytes. A peer that is cut
  /// off in the middle of its message knows nothing and sends it all again, for days; so what a
  /// person may send by mistake is read to its end and refused for good.
  static final long DISCARD_MAX = 1L << 30;

  private final Wire wire;
  private final long bytesMax;
  private final long discardMax;
  private final DotScanner scanner = new DotScanner();
  private long raw;
  private long content;

  /// @param bytesMax the largest message in bytes, after dot-unstuffing
  /// @param discardMax what is read beyond that, in bytes; [#DISCARD_MAX] but in tests
  MessageReader(Wire wire, long bytesMax, long discardMax) {
    this.wire = wire;
    this.bytesMax = bytesMax;
    this.discardMax = discardMax;
  }

  /// What came of reading.
  sealed interface Result {
    /// The end was reached, and the message may be kept.
    ///
    /// @param bytes its size
    record Whole(long bytes) implements Result {}

    /// The end was reached, and the message is refused.
    record Unfit(Reply reply) implements Result {}

    /// The peer goes on far past the largest message; the end was not reached, and the message is
    /// refused.
    record Endless(Reply reply) implements Result {}

    /// The end never came.
    record Cut(Line.End why) implements Result {}
  }

  /// Reads until the end, the peer's or ours.
  Result read(Receiver.Transaction transaction) {
    while (!scanner.ended()) {
      switch (wire.awaitMore()) {
        case BYTES -> takeBlock(transaction);
        case CLOSED -> {
          return new Result.Cut(Line.End.CLOSED);
        }
        case IDLE -> {
          return new Result.Cut(Line.End.IDLE);
        }
        case CLOSING -> {
          return new Result.Cut(Line.End.CLOSING);
        }
      }
      if (!scanner.ended() && raw > bytesMax + discardMax) {
        return new Result.Endless(tooLarge());
      }
    }
    if (content > bytesMax) {
      return new Result.Unfit(tooLarge());
    }
    if (scanner.defect() != DotScanner.Defect.NONE) {
      return new Result.Unfit(new Reply(550, "5.6.0", scanner.defect().text));
    }
    return new Result.Whole(content);
  }

  private Reply tooLarge() {
    return new Reply(552, "5.3.4", "Message is larger than " + bytesMax + " bytes");
  }

  private void takeBlock(Receiver.Transaction transaction) {
    int from = wire.from();
    int kept = scanner.scan(wire.block(), from, wire.to());
    wire.consumeTo(scanner.next());
    raw += scanner.next() - from;
    content += kept;
    if (kept > 0 && content <= bytesMax && scanner.defect() == DotScanner.Defect.NONE) {
      transaction.write(wire.block(), from, kept);
    }
  }
}
