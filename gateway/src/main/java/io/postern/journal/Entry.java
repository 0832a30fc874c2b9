package io.postern.journal;

import java.time.Instant;

/// What those who follow the log read: its rows, and the changes of the list of blocked senders, in
/// one count.
public sealed interface Entry {
  /// Its place: grows by the order of writing.
  long number();

  /// When it happened.
  Instant at();

  /// A row of the status log.
  ///
  /// @param row the row
  /// @param mail what is known of its mail; [MailFacts#NONE] when that is kept no more, or never
  ///   was
  /// @param account the account that the row's rule was in last; empty for none
  record Logged(Row row, MailFacts mail, String account) implements Entry {
    @Override
    public long number() {
      return row.number();
    }

    @Override
    public Instant at() {
      return row.at();
    }
  }

  /// The list of blocked senders changed.
  ///
  /// @param change how
  record Changed(BlockChange change) implements Entry {
    @Override
    public long number() {
      return change.number();
    }

    @Override
    public Instant at() {
      return change.at();
    }
  }
}
