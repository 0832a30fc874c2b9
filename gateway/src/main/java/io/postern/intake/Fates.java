package io.postern.intake;

import io.postern.intake.Intake.Replies;
import io.postern.smtp.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts what becomes of mails and recipients, by the reply they got. Safe for use by many
/// threads.
final class Fates {
  private static final Fate ACCEPTED = new Fate("accepted", "none");

  /// By the protocol's own reply: too large, or what can't be a message.
  private static final Fate TOO_LARGE = new Fate("refused", "too-large");

  private static final Fate MALFORMED = new Fate("refused", "malformed");

  /// A reply that has no name here: a fault of ours.
  private static final Fate FAULT = new Fate("deferred", "fault");

  private static final Map<Reply, Fate> OF_MAIL =
      Map.of(
          Replies.NO_ROOM, new Fate("deferred", "no-room"),
          Replies.NO_MEMORY, new Fate("deferred", "no-memory"),
          Replies.NO_STORE, new Fate("deferred", "no-store"),
          Replies.NO_BOOK, new Fate("deferred", "no-rules"),
          Replies.NO_MATCH, new Fate("refused", "no-match"),
          Replies.SELF_MAIL, new Fate("refused", "self-mail"),
          Replies.BLOCKED, new Fate("refused", "blocked"),
          Replies.LOOP, new Fate("refused", "loop"),
          Replies.HEADERS_TOO_LARGE, new Fate("refused", "headers-too-large"));

  private static final Map<Reply, Fate> OF_RECIPIENT =
      Map.of(
          Replies.NOT_PERMITTED, new Fate("refused", "domain"),
          Replies.NO_SUCH_RECIPIENT, new Fate("refused", "no-rule"),
          Replies.TLS_FIRST, new Fate("refused", "not-encrypted"),
          Replies.BLOCKED, new Fate("refused", "blocked"),
          Replies.NO_BOOK, new Fate("deferred", "no-rules"));

  private final Map<Fate, LongAdder> mails =
      counters(OF_MAIL, List.of(ACCEPTED, TOO_LARGE, MALFORMED, FAULT));
  private final Map<Fate, LongAdder> recipients = counters(OF_RECIPIENT, List.of(FAULT));

  private static Map<Fate, LongAdder> counters(Map<Reply, Fate> named, List<Fate> others) {
    Map<Fate, LongAdder> counters = new LinkedHashMap<>();
    named.values().forEach(fate -> counters.put(fate, new LongAdder()));
    others.forEach(fate -> counters.put(fate, new LongAdder()));
    return Map.copyOf(counters);
  }

  /// A mail got this reply.
  void mail(Reply reply) {
    count(mails, reply.refuses() ? OF_MAIL.getOrDefault(reply, FAULT) : ACCEPTED);
  }

  /// The protocol refused a message.
  void unfit(Reply reply) {
    count(mails, reply.code() == 552 ? TOO_LARGE : MALFORMED);
  }

  /// A recipient was refused.
  void recipient(Reply reply) {
    count(recipients, OF_RECIPIENT.getOrDefault(reply, FAULT));
  }

  private static void count(Map<Fate, LongAdder> counters, Fate fate) {
    LongAdder counter = counters.get(fate);
    if (counter != null) {
      counter.increment();
    }
  }

  /// What there was.
  Counts counts() {
    return new Counts(sums(mails), sums(recipients));
  }

  private static Map<Fate, Long> sums(Map<Fate, LongAdder> counters) {
    Map<Fate, Long> sums = new LinkedHashMap<>();
    counters.forEach((fate, count) -> sums.put(fate, count.sum()));
    return sums;
  }
}
