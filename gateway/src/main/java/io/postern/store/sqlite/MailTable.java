package io.postern.store.sqlite;

import io.postern.journal.CleanText;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.queue.Accepted;
import io.postern.queue.Spool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Mails and the bytes of their messages.
final class MailTable {
  /// What [#mail] reads, from `mails m`.
  static final String COLUMNS =
      """
      m.number, m.id, m.session, m.peer_ip, m.peer_port, m.helo, m.esmtp, m.tls, m.reverse_path,
      m.recipients, m.received, m.size, m.utf8
      """;

  /// The number of a mail whose row is gone, and of which nothing but deliveries tells.
  static final String LOST =
      """
      SELECT ?1 AS number
      WHERE NOT EXISTS (SELECT 1 FROM mails WHERE number = ?1) AND EXISTS (
        SELECT 1 FROM deliveries WHERE number >= (?1 << 20) AND number < ((?1 + 1) << 20))
      """;

  /// Recipients stand one a line: a local part holds no control characters.
  private static final String SEPARATOR = "\n";

  /// Beyond the highest number of a mail: that of a chunk or a delivery has [Tables#PLACE_BITS]
  /// more. With a thousand mails a second it is reached in 139 years.
  static final long NUMBER_MAX = 1L << 42;

  private final Sql sql;
  private final ChunkTable chunks;

  MailTable(Sql sql, ChunkTable chunks) {
    this.sql = sql;
    this.chunks = chunks;
  }

  /// The number for the next mail of a program that has just opened the database. A number beyond
  /// all that a mail can have is damage: counted on from there, the chunks and deliveries of new
  /// mails would get numbers that others have. The tables themselves then tell what was used.
  long nextNumber() throws SQLException {
    return 1
        + sql.number(
            """
            SELECT max(
              coalesce((SELECT value FROM counters WHERE name = 'last_mail' AND value < ?1), 0),
              coalesce((SELECT max(mail) FROM spools WHERE mail < ?1), 0),
              coalesce((SELECT max(number) FROM mails WHERE number < ?1), 0),
              coalesce((SELECT max(number) FROM chunks WHERE number < ?1 << 20), 0) >> 20,
              coalesce((SELECT max(number) FROM deliveries WHERE number < ?1 << 20), 0) >> 20)
            """,
            NUMBER_MAX);
  }

  /// Makes a mail, and the chunks written for it, visible.
  void accept(Accepted accepted, long number, long size) throws SQLException {
    Envelope envelope = accepted.envelope();
    Peer peer = envelope.peer();
    sql.update(
        """
        INSERT INTO mails (number, id, session, peer_ip, peer_port, helo, esmtp, tls, reverse_path,
          recipients, received, utf8, size, book, header_from, message_id, subject, report)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        number,
        accepted.id(),
        envelope.session(),
        peer.ip(),
        peer.address().getPort(),
        CleanText.of(peer.helo()),
        peer.esmtp() ? 1 : 0,
        peer.tls(),
        envelope.from().text(),
        envelope.recipients().stream().map(Address::text).collect(Collectors.joining(SEPARATOR)),
        envelope.received(),
        envelope.utf8() ? 1 : 0,
        size,
        accepted.book(),
        CleanText.of(accepted.heading().from()),
        CleanText.of(accepted.heading().messageId()),
        CleanText.of(accepted.heading().subject()),
        accepted.heading().report() ? 1 : 0);
    // Mails are removed some day, and what still speaks of one must not find another by its number.
    sql.update("UPDATE counters SET value = max(value, ?) WHERE name = 'last_mail'", number);
  }

  /// Notes that chunks are written before their mail is accepted.
  void openSpool(long mail) throws SQLException {
    sql.update("INSERT INTO spools (mail) VALUES (?)", mail);
  }

  /// Notes that the chunks belong to a mail now, or are gone.
  ///
  /// @return false when no spool of the mail was open
  boolean closeSpool(long mail) throws SQLException {
    return sql.update("DELETE FROM spools WHERE mail = ?", mail) == 1;
  }

  /// Mails that are not there, never accepted or removed, and have chunks.
  List<Long> openSpools() throws SQLException {
    return sql.list("SELECT mail FROM spools ORDER BY mail", row -> row.getLong(1));
  }

  /// Mails that were removed and have chunks left.
  List<Long> removed() throws SQLException {
    return sql.list(
        "SELECT mail FROM spools WHERE erase IS NOT NULL ORDER BY mail", row -> row.getLong(1));
  }

  /// Removes some of the chunks of a mail that was given up or removed. A mail that was accepted
  /// has no open spool any more and is left alone, even if the one who put it was told otherwise.
  ///
  /// @return how many were removed; nothing is left to remove when it is less than the most
  int sweep(long mail, int chunksMax) throws SQLException {
    if (sql.number("SELECT count(*) FROM spools WHERE mail = ?", mail) == 0) {
      return 0;
    }
    boolean erase = sql.number("SELECT erase FROM spools WHERE mail = ?", mail) != 0;
    int removed =
        erase
            ? sql.overwriting(() -> chunks.erase(mail, chunksMax))
            : chunks.remove(mail, chunksMax);
    if (removed < chunksMax) {
      closeSpool(mail);
    }
    return removed;
  }

  /// Removes mails that are of no more use: small ones with their bytes. One that was lost may have
  /// been of any size.
  ///
  /// @return those whose chunks are left to the sweep
  List<Long> purge(List<Long> mails) throws SQLException {
    List<Long> large = new ArrayList<>();
    for (long mail : mails) {
      Optional<Long> size =
          sql.first("SELECT size FROM mails WHERE number = ?", row -> row.getLong(1), mail);
      if (size.isEmpty() || size.get() > Spool.BLOCK) {
        remove(mail, false);
        large.add(mail);
      } else {
        sql.update("DELETE FROM mails WHERE number = ?", mail);
        chunks.remove(mail, 1);
      }
    }
    return large;
  }

  /// The id of a mail that is there; the one that it goes by when it is lost.
  Optional<String> id(long mail) throws SQLException {
    Optional<String> id =
        sql.first("SELECT id FROM mails WHERE number = ?", row -> row.getString(1), mail);
    return id.isPresent() ? id : sql.first(LOST, row -> DeliveryId.lost(row.getLong(1)), mail);
  }

  /// The numbers of the mail with an id, which is one or none.
  static List<Long> numbers(Sql sql, String id) throws SQLException {
    Optional<Long> lost = DeliveryId.lost(id);
    return lost.isPresent()
        ? sql.list(LOST, row -> row.getLong(1), lost.get())
        : sql.list("SELECT number FROM mails WHERE id = ?", row -> row.getLong(1), id);
  }

  /// Removes a mail; its chunks are left to the sweep.
  ///
  /// @param erase true to have the chunks overwritten in the file, not only given free
  void remove(long mail, boolean erase) throws SQLException {
    sql.update("DELETE FROM mails WHERE number = ?", mail);
    sql.update("INSERT INTO spools (mail, erase) VALUES (?, ?)", mail, erase ? 1 : 0);
  }

  /// How many pages of the file hold nothing.
  long freePages() throws SQLException {
    return sql.number("PRAGMA freelist_count");
  }

  /// Cuts free pages off the file, after moving what stands behind them.
  void shrink(int pagesMax) throws SQLException {
    sql.run("PRAGMA incremental_vacuum(" + pagesMax + ")");
  }

  /// Reads the columns of [#COLUMNS] from a place on.
  ///
  /// @throws RuntimeException of any kind when the row was damaged, or is gone
  static Mail mail(ResultSet row, int first, Readers readers) throws SQLException {
    return new Mail(
        Objects.requireNonNull(Sql.textOrNull(row, first + 1), "it is not there"),
        envelope(row, first),
        new StoredMessage(readers, row.getLong(first), row.getLong(first + 11)));
  }

  /// The same, without the message.
  static Envelope envelope(ResultSet row, int first) throws SQLException {
    Peer peer =
        new Peer(
            new InetSocketAddress(
                InetAddress.ofLiteral(Sql.text(row, first + 3)), row.getInt(first + 4)),
            Sql.text(row, first + 5),
            row.getInt(first + 6) != 0,
            Sql.text(row, first + 7));
    String from = Sql.text(row, first + 8);
    return new Envelope(
        Sql.text(row, first + 2),
        peer,
        from.isEmpty() ? ReversePath.NULL : new ReversePath.Of(address(from)),
        Sql.text(row, first + 9).lines().map(MailTable::address).toList(),
        Instant.ofEpochMilli(row.getLong(first + 10)),
        row.getInt(first + 12) != 0);
  }

  /// Reads an address back from its text. A domain holds no `@`, a local part may.
  static Address address(String text) {
    int at = text.lastIndexOf('@');
    return new Address(text.substring(0, at), new Domain(text.substring(at + 1)));
  }
}
