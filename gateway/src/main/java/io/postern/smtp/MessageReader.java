package io.postern.smtp;

import java.util.Optional;

/// Reads one message from the wire to its true end, whatever is wrong with it, and hands its
/// content on while it is still worth keeping. It comes all at once behind DATA, or chunk by chunk
/// behind each BDAT (RFC 3030).
final class MessageReader {
  /// What is read and thrown away of a message beyond the largest one, in bytes. A peer that is cut
  /// off in the middle of its message knows nothing and sends it all again, for days; so what a
  /// person may send by mistake is read to its end and refused for good.
  static final long DISCARD_MAX = 1L << 30;

  private final Wire wire;
  private final long bytesMax;
  private final long discardMax;
  private final DotScanner scanner;
  private final Optional<LineEndRepair> repair;
  private long raw;
  private long content;

  /// @param discardMax what is read beyond the largest message, in bytes; [#DISCARD_MAX] but in
  ///   tests
  MessageReader(Wire wire, Settings settings, long discardMax, DotScanner.Framing framing) {
    this.wire = wire;
    this.bytesMax = settings.limits().messageBytesMax();
    this.discardMax = discardMax;
    this.scanner = new DotScanner(framing, settings.bareLineEnds());
    this.repair =
        settings.bareLineEnds() == BareLineEnds.NORMALISE
            ? Optional.of(new LineEndRepair())
            : Optional.empty();
  }

  /// What came of reading.
  sealed interface Result {
    /// What was to be read was read to its end, and may be kept.
    ///
    /// @param bytes the size of the message so far
    record Whole(long bytes) implements Result {}

    /// What was to be read was read to its end, and the message is refused.
    record Unfit(Reply reply) implements Result {}

    /// The peer goes on far past the largest message; the end was not reached, and the message is
    /// refused.
    record Endless(Reply reply) implements Result {}

    /// The end never came.
    record Cut(Line.End why) implements Result {}
  }

  /// Reads what follows DATA until its end, the peer's or ours.
  Result read(Receiver.Transaction transaction) {
    while (!scanner.ended()) {
      Optional<Line.End> end = awaitMore(wire);
      if (end.isPresent()) {
        return new Result.Cut(end.get());
      }
      take(transaction, wire.to());
      if (!scanner.ended() && raw > bytesMax + discardMax) {
        return new Result.Endless(tooLarge());
      }
    }
    return result();
  }

  /// Reads the next chunk of a message.
  ///
  /// @param octets how long it is
  /// @param last true when the message ends with it
  Result readChunk(Receiver.Transaction transaction, long octets, boolean last) {
    if (octets > bytesMax + discardMax - raw) {
      return new Result.Endless(tooLarge());
    }
    long end = raw + octets;
    while (raw < end) {
      Optional<Line.End> cut = awaitMore(wire);
      if (cut.isPresent()) {
        return new Result.Cut(cut.get());
      }
      take(transaction, (int) Math.min(wire.to(), wire.from() + end - raw));
    }
    if (last) {
      scanner.end();
      if (repair.isPresent()) {
        int count = repair.get().end();
        keep(transaction, repair.get().repaired(), 0, count);
      }
    }
    return result();
  }

  /// Reads bytes and throws them away.
  ///
  /// @return why not all of them came
  static Optional<Line.End> discard(Wire wire, long octets) {
    long left = octets;
    while (left > 0) {
      Optional<Line.End> end = awaitMore(wire);
      if (end.isPresent()) {
        return end;
      }
      int bytes = (int) Math.min(left, wire.to() - wire.from());
      wire.consumeTo(wire.from() + bytes);
      left -= bytes;
    }
    return Optional.empty();
  }

  private static Optional<Line.End> awaitMore(Wire wire) {
    return switch (wire.awaitMore()) {
      case BYTES -> Optional.empty();
      case CLOSED -> Optional.of(Line.End.CLOSED);
      case IDLE -> Optional.of(Line.End.IDLE);
      case CLOSING -> Optional.of(Line.End.CLOSING);
    };
  }

  private Result result() {
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

  /// Takes the bytes of the message before the index off the wire.
  private void take(Receiver.Transaction transaction, int to) {
    int from = wire.from();
    int kept = scanner.scan(wire.block(), from, to);
    wire.consumeTo(scanner.next());
    raw += scanner.next() - from;
    if (repair.isPresent()) {
      int count = repair.get().repair(wire.block(), from, kept);
      keep(transaction, repair.get().repaired(), 0, count);
    } else {
      keep(transaction, wire.block(), from, kept);
    }
  }

  private void keep(Receiver.Transaction transaction, byte[] bytes, int from, int count) {
    content += count;
    if (count > 0 && content <= bytesMax && scanner.defect() == DotScanner.Defect.NONE) {
      transaction.write(bytes, from, count);
    }
  }
}
