package io.postern.feed;

import io.postern.journal.BlockChange;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// Something that subscribers are told. A post holds events of one type, in the order of the log.
public sealed interface Event {
  /// The three types, by the words of subscriber files and of Customers Mail Cloud.
  enum Type {
    /// A delivery changed its status.
    DELIVERIES,
    /// A mail came that reports of another one: it could not be delivered, or was complained of.
    BOUNCES,
    /// The list of blocked senders changed.
    BLOCKS;

    /// The word in subscriber files.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Reads that word.
    public static Optional<Type> of(String word) {
      for (Type type : values()) {
        if (type.word().equals(word)) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  /// Where it stands in its log; 0 for a test event, which stands in none.
  long number();

  /// When it happened.
  Instant at();

  /// Which of the three it is.
  Type type();

  /// What tells it from every other event, for receivers that want each one once: the same whenever
  /// it is posted, to whomever. Without a full stop.
  String id();

  /// True when it was made up to try an endpoint.
  default boolean isTest() {
    return number() == 0;
  }

  /// A row of the status log says it.
  sealed interface OfRow extends Event {
    /// The row.
    Row row();

    @Override
    default long number() {
      return row().number();
    }

    @Override
    default Instant at() {
      return row().at();
    }
  }

  /// A delivery changed its status.
  ///
  /// @param row the row of the status log that says so
  /// @param mail the mail; [MailFacts#NONE] when it is no more, and of a denied one, which never
  ///   was
  /// @param account the account of the delivery's rule, the last one when the rule is gone; empty
  ///   for none
  record Change(Row row, MailFacts mail, String account) implements OfRow {
    @Override
    public Type type() {
      return Type.DELIVERIES;
    }

    /// The delivery's id, or the session's for a denied row, and the row's number.
    @Override
    public String id() {
      String delivery = row.step().delivery();
      return (delivery.isEmpty() ? row.arrival().session() : delivery) + "-" + row.number();
    }
  }

  /// A mail came that is a report of another one.
  ///
  /// @param row the row by which that mail was queued
  /// @param mail the mail
  /// @param account the account of its rule; empty for none
  /// @param report what it says of one recipient
  /// @param place which of the reports in this mail, from 1
  record Bounced(Row row, MailFacts mail, String account, BounceReport report, int place)
      implements OfRow {
    @Override
    public Type type() {
      return Type.BOUNCES;
    }

    /// The mail's id, which its deliveries' begin with, and the place: a mail that several rules
    /// took is one bounce.
    @Override
    public String id() {
      return row.step().mail() + "-bounce-" + place;
    }
  }

  /// The list of blocked senders changed.
  ///
  /// @param change how
  record Blocked(BlockChange change) implements Event {
    @Override
    public long number() {
      return change.number();
    }

    @Override
    public Instant at() {
      return change.at();
    }

    @Override
    public Type type() {
      return Type.BLOCKS;
    }

    /// The number, and the time, which tells apart what two databases count.
    @Override
    public String id() {
      return "block-" + change.number() + "-" + change.at().toEpochMilli();
    }
  }
}
