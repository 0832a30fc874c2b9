package io.postern.store.sqlite;

import io.postern.journal.Arrival;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.queue.Accepted;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// Mails and the bytes of their messages.
final class MailTable {
  /// What [#mail] reads, from `mails m`.
  static final String COLUMNS =
      """
      m.number, m.id, m.session, m.peer_ip, m.peer_port, m.helo, m.esmtp, m.tls, m.reverse_path,
      m.recipients, m.received, m.size
      """;

  /// Recipients stand one a line: a local part holds no control characters.
  private static final String SEPARATOR = "\n";

  private final Sql sql;

  MailTable(Sql sql) {
    this.sql = sql;
  }

  /// The number for the next mail of a program that has just opened the database.
  long nextNumber() throws SQLException {
    return 1
        + sql.number(
            """
            SELECT max(coalesce((SELECT max(number) FROM mails), 0),
                       coalesce((SELECT max(mail) FROM spools), 0))
            """);
  }

  /// Makes a mail, and the chunks written for it, visible.
  void accept(Accepted accepted, long number, long size) throws SQLException {
    Envelope envelope = accepted.envelope();
    Peer peer = envelope.peer();
    sql.update(
        """
        INSERT INTO mails (number, id, session, peer_ip, peer_port, helo, esmtp, tls, reverse_path,
          recipients, received, size, book, header_from, message_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        number,
        accepted.id(),
        envelope.session(),
        peer.ip(),
        peer.address().getPort(),
        Arrival.clean(peer.helo()),
        peer.esmtp() ? 1 : 0,
        peer.tls(),
        envelope.from().text(),
        envelope.recipients().stream().map(Address::text).collect(Collectors.joining(SEPARATOR)),
        envelope.received(),
        size,
        accepted.book(),
        Arrival.clean(accepted.headerFrom()),
        Arrival.clean(accepted.messageId()));
  }

  void writeChunk(long mail, int place, byte[] bytes) throws SQLException {
    sql.update("INSERT INTO chunks (number, bytes) VALUES (?, ?)", chunk(mail, place), bytes);
  }

  /// Notes that chunks are written before their mail is accepted.
  void openSpool(long mail) throws SQLException {
    sql.update("INSERT INTO spools (mail) VALUES (?)", mail);
  }

  void closeSpool(long mail) throws SQLException {
    sql.update("DELETE FROM spools WHERE mail = ?", mail);
  }

  /// Mails that were never accepted and have chunks.
  List<Long> openSpools() throws SQLException {
    return sql.list("SELECT mail FROM spools ORDER BY mail", row -> row.getLong(1));
  }

  /// Removes some of the chunks of a mail that was given up. A mail that was accepted has no open
  /// spool any more and is left alone, even if the one who put it was told otherwise.
  ///
  /// @return false when nothing is left to remove
  boolean sweep(long mail, int chunksMax) throws SQLException {
    if (sql.number("SELECT count(*) FROM spools WHERE mail = ?", mail) == 0) {
      return false;
    }
    int removed =
        sql.update(
            """
            DELETE FROM chunks WHERE number IN (
              SELECT number FROM chunks WHERE number >= ? AND number < ? LIMIT ?)
            """,
            chunk(mail, 0),
            chunk(mail + 1, 0),
            chunksMax);
    if (removed == chunksMax) {
      return true;
    }
    closeSpool(mail);
    return false;
  }

  /// The number of a chunk.
  static long chunk(long mail, int place) {
    return (mail << Tables.PLACE_BITS) + place;
  }

  /// Reads the columns of [#COLUMNS] from a place on.
  static Mail mail(ResultSet row, int first, Readers readers) throws SQLException {
    Peer peer =
        new Peer(
            new InetSocketAddress(
                InetAddress.ofLiteral(row.getString(first + 3)), row.getInt(first + 4)),
            row.getString(first + 5),
            row.getInt(first + 6) != 0,
            row.getString(first + 7));
    String from = row.getString(first + 8);
    Envelope envelope =
        new Envelope(
            row.getString(first + 2),
            peer,
            from.isEmpty() ? ReversePath.NULL : new ReversePath.Of(address(from)),
            row.getString(first + 9).lines().map(MailTable::address).toList(),
            Instant.ofEpochMilli(row.getLong(first + 10)));
    return new Mail(
        row.getString(first + 1),
        envelope,
        new StoredMessage(readers, row.getLong(first), row.getLong(first + 11)));
  }

  /// Reads an address back from its text. A domain holds no `@`, a local part may.
  static Address address(String text) {
    int at = text.lastIndexOf('@');
    return new Address(text.substring(0, at), new Domain(text.substring(at + 1)));
  }
}
