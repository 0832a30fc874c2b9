package io.postern.store.sqlite;

import io.postern.journal.Arrival;
import io.postern.journal.CleanText;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Story;
import io.postern.journal.Story.Attempt;
import io.postern.journal.Story.Fact;
import io.postern.mail.Address;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.mail.Peer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Tells the story behind an id: a mail's, a delivery's, or a session's.
final class Stories {
  /// How much of anything a story tells: rows, attempts, deliveries of a mail, mails of a session.
  private static final int EACH_MAX = 1_000;

  private static final List<String> STATES = List.of("waiting", "in flight", "succeeded", "failed");

  private final Readers readers;

  Stories(Readers readers) {
    this.readers = readers;
  }

  /// A story is read in a few steps, not in one transaction: what changes meanwhile may show in a
  /// later part of it only.
  Optional<Story> story(String id) throws StoreUnavailable {
    return readers.search("tell the story of a mail", sql -> new Teller(sql, readers).tell(id));
  }

  /// One telling.
  private record Teller(Sql sql, Readers readers) {
    Optional<Story> tell(String id) throws SQLException {
      String mail = DeliveryId.parse(id).map(DeliveryId::mail).orElse(id);
      List<Row> rows = rowsOfMail(mail);
      List<Fact> facts = facts(mail);
      if (!rows.isEmpty() || !facts.isEmpty()) {
        return Optional.of(new Story(facts.isEmpty() ? facts(rows) : facts, rows, attempts(mail)));
      }
      return tellSession(id);
    }

    /// A session may have brought several mails. The story's head has the facts of each.
    private Optional<Story> tellSession(String session) throws SQLException {
      List<Row> noted = rows("log_session", "l.status IN (0, 4) AND l.session = ?", session);
      if (noted.isEmpty()) {
        return Optional.empty();
      }
      List<String> mails =
          noted.stream()
              .map(row -> row.step().mail())
              .filter(mail -> !mail.isEmpty())
              .distinct()
              .toList();
      List<Row> rows =
          new ArrayList<>(noted.stream().filter(row -> row.step().delivery().isEmpty()).toList());
      List<Fact> facts = new ArrayList<>();
      List<Attempt> attempts = new ArrayList<>();
      for (String mail : mails) {
        rows.addAll(rowsOfMail(mail));
        facts.addAll(facts(mail));
        attempts.addAll(attempts(mail));
      }
      rows.sort(Comparator.comparingLong(Row::number));
      return Optional.of(new Story(facts.isEmpty() ? facts(rows) : facts, rows, attempts));
    }

    private List<Row> rowsOfMail(String mail) throws SQLException {
      // A full stop is the next character after the hyphen.
      return rows(
          "log_delivery",
          "l.delivery <> '' AND l.delivery >= ? AND l.delivery < ?",
          mail + "-",
          mail + ".");
    }

    private List<Row> rows(String index, String where, Object... values) throws SQLException {
      return new Filter(index, where, List.of(values))
          .rows(sql, " ORDER BY l.number LIMIT " + EACH_MAX);
    }

    private List<Attempt> attempts(String mail) throws SQLException {
      return sql.list(
          """
          SELECT %s, a.attempt, a.at, a.elapsed_ms, a.reason
          FROM mails m JOIN attempts a
            ON a.delivery >= (m.number << 20) AND a.delivery < ((m.number + 1) << 20)
          WHERE m.id = ? ORDER BY a.at, a.delivery LIMIT ?
          """
              .formatted(DeliveryId.sql("a.delivery")),
          row ->
              new Attempt(
                  row.getString(1),
                  row.getInt(2),
                  Instant.ofEpochMilli(row.getLong(3)),
                  row.getLong(4),
                  row.getString(5)),
          mail,
          EACH_MAX);
    }

    /// What the door noted, while the mail is kept; empty after that.
    private List<Fact> facts(String id) throws SQLException {
      List<Fact> facts = new ArrayList<>();
      sql.list(
          "SELECT "
              + MailTable.COLUMNS
              + ", m.book, m.header_from, m.message_id FROM mails m WHERE m.id = ?",
          row -> facts.addAll(facts(row)),
          id);
      if (!facts.isEmpty()) {
        facts.addAll(deliveries(id));
      }
      return facts;
    }

    private List<Fact> facts(ResultSet row) throws SQLException {
      Mail mail = MailTable.mail(row, 1, readers);
      Envelope envelope = mail.envelope();
      Peer peer = envelope.peer();
      List<Fact> facts = new ArrayList<>();
      facts.add(new Fact("mail", mail.id()));
      facts.add(new Fact("received", envelope.received().toString()));
      facts.add(new Fact("session", envelope.session()));
      facts.add(new Fact("peer", peer.ip() + " port " + peer.address().getPort()));
      facts.add(new Fact("helo", CleanText.of(peer.helo())));
      facts.add(new Fact("protocol", (envelope.protocol() + " " + peer.tls()).strip()));
      facts.add(new Fact("reverse-path", "<" + CleanText.of(envelope.from().text()) + ">"));
      for (Address recipient : envelope.recipients()) {
        facts.add(new Fact("recipient", CleanText.of(recipient.text())));
      }
      facts.add(new Fact("size", mail.message().size() + " bytes"));
      facts.add(new Fact("book", row.getString(14)));
      facts.add(new Fact("from", row.getString(15)));
      facts.add(new Fact("message id", row.getString(16)));
      return facts;
    }

    private List<Fact> deliveries(String mail) throws SQLException {
      return sql.list(
          """
          SELECT %s, d.state, d.attempt, d.due, d.recipient, r.name
          FROM mails m
          JOIN deliveries d ON d.number >= (m.number << 20) AND d.number < ((m.number + 1) << 20)
          JOIN rules r ON r.number = d.rule
          WHERE m.id = ? ORDER BY d.number LIMIT ?
          """
              .formatted(DeliveryId.sql("d.number")),
          Teller::delivery,
          mail,
          EACH_MAX);
    }

    private static String state(int code) {
      return code >= 0 && code < STATES.size() ? STATES.get(code) : "in the damaged state " + code;
    }

    private static Fact delivery(ResultSet row) throws SQLException {
      int state = row.getInt(2);
      Instant due = Instant.ofEpochMilli(row.getLong(4));
      String when =
          switch (state) {
            case DeliveryTable.READY -> "due " + due;
            case DeliveryTable.LEASED -> "leased until " + due;
            default -> "at " + due;
          };
      String text =
          "%s to %s: %s, attempts %d, %s"
              .formatted(row.getString(6), row.getString(5), state(state), row.getInt(3), when);
      return new Fact("delivery " + row.getString(1), CleanText.of(text));
    }

    /// What the rows still tell when the mail is not kept any more, or was none.
    private static List<Fact> facts(List<Row> rows) {
      Arrival arrival = rows.getFirst().arrival();
      return List.of(
          new Fact("received", arrival.received().toString()),
          new Fact("session", arrival.session()),
          new Fact("helo", arrival.hostName()),
          new Fact("from", arrival.from()),
          new Fact("message id", arrival.messageId()));
    }
  }
}
