package io.postern.smtp;

/// Reads one message from the wire to its true end, whatever is wrong with it, and hands its
/// content on while it is still worth keeping.
final class MessageReader {
  /// What is read of a message that is thrown away, beyond twice the largest message, in bytes.
  private static final long DISCARD_EXTRA = 1 << 20;

  private final Wire wire;
  private final long bytesMax;
  private final DotScanner scanner = new DotScanner();
  private long raw;
  private long content;

  /// @param bytesMax the largest message in bytes, after dot-unstuffing
  MessageReader(Wire wire, long bytesMax) {
    this.wire = wire;
    this.bytesMax = bytesMax;
  }

  /// What came of reading.
  sealed interface Result {
    /// The end was reached, and the message may be kept.
    ///
    /// @param bytes its size
    record Whole(long bytes) implements Result {}

    /// The end was reached, and the message is refused.
    record Unfit(Reply reply) implements Result {}

    /// The peer goes on far past the largest message; the end was not reached.
    record Endless() implements Result {}

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
      if (raw > 2 * bytesMax + DISCARD_EXTRA) {
        return new Result.Endless();
      }
    }
    if (content > bytesMax) {
      return new Result.Unfit(
          new Reply(552, "5.3.4", "Message is larger than " + bytesMax + " bytes"));
    }
    if (scanner.defect() != DotScanner.Defect.NONE) {
      return new Result.Unfit(new Reply(550, "5.6.0", scanner.defect().text));
    }
    return new Result.Whole(content);
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
