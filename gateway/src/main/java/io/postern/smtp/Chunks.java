package io.postern.smtp;

import java.util.Optional;

/// A message that comes by BDAT (RFC 3030 §2).
///
/// The octets of a chunk follow its command at once, whatever the reply will be, and are read in
/// every case, or they would be obeyed as commands. A chunk that is refused takes the whole message
/// with it: what the peer has sent behind it, without waiting for the reply, must not be kept for a
/// message.
///
/// Belongs to the session's thread.
final class Chunks {
  private final Wire wire;
  private final Settings settings;
  private final long discardMax;

  /// The message on its way in, once it has begun to come.
  private Optional<MessageReader> message = Optional.empty();

  /// What a chunk was refused with: those behind it, up to the next [#forget], are answered the
  /// same.
  private Optional<Reply> refusal = Optional.empty();

  /// @param discardMax what is read of a message beyond the largest one, in bytes
  Chunks(Wire wire, Settings settings, long discardMax) {
    this.wire = wire;
    this.settings = settings;
    this.discardMax = discardMax;
  }

  /// What became of a chunk.
  sealed interface Taken {
    /// It is part of the message, and more is to come.
    record Part(long octets) implements Taken {}

    /// With it the message has come to its end, a good one or a bad one.
    record Last(MessageReader.Result result) implements Taken {}

    /// It was read to its end, and nothing can come of the message any more.
    record Refused(Reply reply) implements Taken {}

    /// Its end can't be found, or is too far to read on to it.
    record Endless(Reply reply) implements Taken {}

    /// Its end never came.
    record Cut(Line.End why) implements Taken {}
  }

  /// True when a message has begun to come.
  boolean begun() {
    return message.isPresent();
  }

  /// Why the next chunk is refused, if one before it was.
  Optional<Reply> refusal() {
    return refusal;
  }

  /// A chunk was refused, and so are those behind it.
  void refuse(Reply reply) {
    message = Optional.empty();
    refusal = Optional.of(reply);
  }

  /// The transaction is over, or a new one begins.
  void forget() {
    message = Optional.empty();
    refusal = Optional.empty();
  }

  /// Reads a chunk for a transaction.
  Taken take(Command.Chunk chunk, Shield.Guarded open) {
    MessageReader reader =
        message.orElseGet(
            () -> new MessageReader(wire, settings, discardMax, DotScanner.Framing.COUNT));
    message = Optional.of(reader);
    MessageReader.Result result = reader.readChunk(open, chunk.octets(), chunk.last());
    if (chunk.last()) {
      return new Taken.Last(result);
    }
    return switch (result) {
      case MessageReader.Result.Whole _ when open.isBroken() -> new Taken.Refused(Shield.FAULT);
      case MessageReader.Result.Whole _ -> new Taken.Part(chunk.octets());
      case MessageReader.Result.Unfit(Reply reply) -> {
        open.unfit(reply);
        yield new Taken.Refused(reply);
      }
      case MessageReader.Result.Endless _, MessageReader.Result.Cut _ -> new Taken.Last(result);
    };
  }

  /// Reads a chunk and throws it away.
  Taken discard(long octets, Reply reply) {
    if (octets > settings.limits().messageBytesMax() + discardMax) {
      return new Taken.Endless(reply);
    }
    Optional<Line.End> cut = MessageReader.discard(wire, octets);
    return cut.isPresent() ? new Taken.Cut(cut.get()) : new Taken.Refused(reply);
  }
}
