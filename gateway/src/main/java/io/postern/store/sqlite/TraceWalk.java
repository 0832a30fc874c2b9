package io.postern.store.sqlite;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import io.postern.queue.Traces;
import java.util.List;
import java.util.Locale;

/// Finds the traces of a mail or an address. There is no index for what is sought so seldom: the
/// tables are walked in slices, each a read transaction of its own.
final class TraceWalk {
  /// How many rows a slice looks at.
  private static final int SLICE = 5_000;

  private static final String DOING = "look for traces";

  private static final String SENT = "fold(t.header_from) = ?3 OR fold(t.reverse_path) = ?3";

  private static final String GOT =
      """
      instr(char(10) || fold(t.recipients) || char(10), char(10) || ?3 || char(10)) > 0
        OR EXISTS (
          SELECT 1 FROM deliveries d
          WHERE d.number >= (t.number << 20) AND d.number < ((t.number + 1) << 20)
            AND fold(d.recipient) = ?3)
      """;

  private final Readers readers;

  TraceWalk(Readers readers) {
    this.readers = readers;
  }

  /// Is given what a slice has, if it has something; outside of any transaction.
  @FunctionalInterface
  interface Found {
    void numbers(List<Long> numbers) throws StoreUnavailable;
  }

  /// How many mails and rows there are.
  Done count(Traces traces) throws StoreUnavailable {
    long[] counts = new long[2];
    mails(traces, numbers -> counts[0] += numbers.size());
    rows(traces, numbers -> counts[1] += numbers.size());
    return new Done(counts[0], counts[1]);
  }

  /// The numbers of mails.
  void mails(Traces traces, Found found) throws StoreUnavailable {
    switch (traces) {
      case Traces.OfMail(String id) -> {
        List<Long> one = readers.read(DOING, sql -> MailTable.numbers(sql, mailId(id)));
        if (!one.isEmpty()) {
          found.numbers(one);
        }
      }
      case Traces.To(String address) -> walk("mails", GOT, address, found);
      case Traces.From(String address) -> walk("mails", SENT, address, found);
    }
  }

  /// The numbers of rows of the status log.
  void rows(Traces traces, Found found) throws StoreUnavailable {
    switch (traces) {
      case Traces.OfMail(String id) -> {
        List<Long> all =
            readers.search(
                DOING, sql -> sql.list(LogTable.OF_MAIL, row -> row.getLong(1), mailId(id)));
        if (!all.isEmpty()) {
          found.numbers(all);
        }
      }
      case Traces.To(String address) -> walk("log", "fold(t.to_address) = ?3", address, found);
      case Traces.From(String address) -> walk("log", "fold(t.from_address) = ?3", address, found);
    }
  }

  /// The mail of a mail's or a delivery's id.
  static String mailId(String id) {
    return DeliveryId.parse(id).map(DeliveryId::mail).orElse(id);
  }

  private void walk(String table, String condition, String address, Found found)
      throws StoreUnavailable {
    String folded = address.toLowerCase(Locale.ROOT);
    long first = readers.read(DOING, sql -> sql.number("SELECT min(number) FROM " + table));
    long last = readers.read(DOING, sql -> sql.number("SELECT max(number) FROM " + table));
    String query =
        "SELECT t.number FROM %s t WHERE t.number >= ?1 AND t.number < ?2 AND (%s)"
            .formatted(table, condition);
    for (long from = first; from <= last; from += SLICE) {
      Operator.requireTime(DOING);
      long start = from;
      List<Long> numbers =
          readers.search(
              DOING, sql -> sql.list(query, row -> row.getLong(1), start, start + SLICE, folded));
      if (!numbers.isEmpty()) {
        found.numbers(numbers);
      }
    }
  }
}
