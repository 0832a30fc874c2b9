package io.postern.smtp;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// What all sessions were told, and how they ended. Safe for use by many threads.
final class Score {
  private static final int FIRST_CODE = 200;
  private static final int CODES = 400;

  /// By code, from [#FIRST_CODE] on.
  private final LongAdder[] replies = new LongAdder[CODES];

  private final Map<Ending, LongAdder> endings = new EnumMap<>(Ending.class);

  Score() {
    for (int i = 0; i < CODES; i++) {
      replies[i] = new LongAdder();
    }
    for (Ending ending : Ending.values()) {
      endings.put(ending, new LongAdder());
    }
  }

  /// A reply is given.
  void replied(Reply reply) {
    replies[reply.code() - FIRST_CODE].increment();
  }

  /// A session is over.
  void ended(Ending why) {
    endings.computeIfAbsent(why, _ -> new LongAdder()).increment();
  }

  /// What there was. Codes that were never used are left out; we use some twenty.
  Sayings sayings() {
    SortedMap<Integer, Long> byCode = new TreeMap<>();
    for (int i = 0; i < CODES; i++) {
      long count = replies[i].sum();
      if (count > 0) {
        byCode.put(FIRST_CODE + i, count);
      }
    }
    SortedMap<String, Long> byEnding = new TreeMap<>();
    endings.forEach((ending, count) -> byEnding.put(ending.name(), count.sum()));
    return new Sayings(byCode, byEnding);
  }
}
