package io.postern.store.sqlite;

import io.postern.journal.Ledger;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.stream.Collectors;

/// Looks through a whole store for damage: every page of the database, every byte of every message
/// that has a checksum, and whether all that belongs together is there. Nothing is changed, and a
/// gateway may run meanwhile.
///
/// The database's own check is one read transaction, which keeps the write-ahead log from starting
/// anew; the rest are short looks, so what a gateway removes meanwhile is looked for once more
/// before it is called missing.
public final class SqliteVerification {
  /// How many faults of a kind are named.
  static final int NAMED_MAX = 20;

  private static final String DAMAGED_CURE =
      "; nothing can bring these back but a backup from before";

  private final Path path;
  private final Sql sql;
  private final Segments segments;
  private final List<Finding> findings = new ArrayList<>();

  private SqliteVerification(Database database, Sql sql) {
    this.path = database.path();
    this.sql = sql;
    this.segments = database.segments();
  }

  /// What one part of the check came to.
  ///
  /// @param part what was looked at, one word
  /// @param sound false when something is wrong
  /// @param text what was found, one sentence
  /// @param places where, the first of them
  public record Finding(String part, boolean sound, String text, List<String> places) {
    public Finding {
      places = List.copyOf(places);
    }
  }

  /// Looks through a store.
  ///
  /// @throws StoreUnavailable with one sentence: when it can't be opened, is of another program, or
  ///   of another version than this one
  public static List<Finding> run(Settings settings) throws StoreUnavailable {
    Database database = Database.existing(settings);
    try (Sql sql = new Sql(database.readers().getConnection())) {
      Schema.verify(sql, database.path());
      SqliteVerification verification = new SqliteVerification(database, sql);
      verification.run();
      return verification.findings;
    } catch (SQLException e) {
      throw Faults.unavailable("verify " + database.path(), e);
    }
  }

  /// Looks through the pages in less depth, for a bounded time.
  ///
  /// @return what is wrong, the first of it; nothing when nothing is; empty when the time ran out
  /// @throws StoreUnavailable with one sentence, as [#run]
  public static Optional<List<String>> quick(Settings settings, Duration max)
      throws StoreUnavailable {
    Database database = Database.existing(settings);
    try (Sql sql = new Sql(database.readers().getConnection())) {
      Schema.verify(sql, database.path());
      sql.endAfter(max);
      List<String> said =
          sql.list("PRAGMA quick_check(" + NAMED_MAX + ")", row -> row.getString(1));
      return Optional.of(said.equals(List.of("ok")) ? List.of() : said);
    } catch (SQLException e) {
      if (Faults.isInterrupted(e)) {
        return Optional.empty();
      }
      throw Faults.unavailable("verify " + database.path(), e);
    }
  }

  /// One part.
  private interface Look {
    void run() throws SQLException, IOException;
  }

  private void run() throws SQLException, StoreUnavailable {
    add("schema", "version " + Schema.version(sql, path), List.of());
    part("pages", this::lookAtPages);
    part("rows", this::lookAtRows);
    part("messages", this::lookAtMessages);
    part("segments", this::lookAtSegments);
    part("ledger", this::lookAtLedger);
  }

  /// A part that can't be read is a finding, and the next ones are looked at all the same.
  private void part(String name, Look look) {
    try {
      look.run();
    } catch (SQLException | IOException | RuntimeException e) {
      // What a damaged row makes of our own code is a fault of the store as well.
      findings.add(new Finding(name, false, "this can't be read: " + Faults.words(e), List.of()));
    }
  }

  private void add(String part, String text, List<String> places) {
    findings.add(new Finding(part, places.isEmpty(), text, places));
  }

  private void lookAtPages() throws SQLException {
    List<String> said =
        sql.list("PRAGMA integrity_check(" + NAMED_MAX + ")", row -> row.getString(1));
    if (said.equals(List.of("ok"))) {
      add("pages", "%d pages are sound".formatted(sql.number("PRAGMA page_count")), List.of());
    } else {
      add("pages", "the database file is damaged" + DAMAGED_CURE, said);
    }
  }

  /// Rows that belong to others which are not there.
  private void lookAtRows() throws SQLException {
    List<String> lonely = new ArrayList<>();
    name(
        lonely,
        "chunk %d of mail number %d, which is not there",
        """
        SELECT c.number & 1048575, c.number >> 20 FROM chunks c
        WHERE NOT EXISTS (SELECT 1 FROM mails m WHERE m.number = c.number >> 20)
          AND NOT EXISTS (SELECT 1 FROM spools s WHERE s.mail = c.number >> 20) LIMIT ?
        """);
    name(
        lonely,
        "delivery %d of mail number %d, which is not there",
        """
        SELECT d.number & 1048575, d.number >> 20 FROM deliveries d
        WHERE NOT EXISTS (SELECT 1 FROM mails m WHERE m.number = d.number >> 20) LIMIT ?
        """);
    name(
        lonely,
        "delivery %d of mail number %d, whose rule is not there",
        """
        SELECT d.number & 1048575, d.number >> 20 FROM deliveries d
        WHERE NOT EXISTS (SELECT 1 FROM rules r WHERE r.number = d.rule) LIMIT ?
        """);
    name(
        lonely,
        "delivery %d of mail number %d, whose state can't be",
        """
        SELECT number & 1048575, number >> 20 FROM deliveries
        WHERE state NOT BETWEEN 0 AND 3 LIMIT ?
        """);
    name(
        lonely,
        "row %d of the status log, which has the status %d",
        "SELECT number, status FROM log WHERE status NOT BETWEEN 0 AND 4 LIMIT ?");
    name(
        lonely,
        "post %d to a subscriber, which has the status %d",
        "SELECT number, status FROM posts WHERE status NOT BETWEEN 0 AND 4 LIMIT ?");
    name(
        lonely,
        "pause of rule number %d, which has the cause %d",
        "SELECT rule, cause FROM pauses WHERE cause NOT BETWEEN 0 AND 2 LIMIT ?");
    name(
        lonely,
        "pause of subscriber number %d, which has the cause %d",
        "SELECT number, cause FROM cursors WHERE cause NOT BETWEEN 0 AND 2 LIMIT ?");
    name(
        lonely,
        "spool of mail number %d, which can't be",
        "SELECT mail, 0 FROM spools WHERE mail NOT BETWEEN 0 AND "
            + MailTable.NUMBER_MAX
            + " LIMIT ?");
    name(
        lonely,
        "counter of mails, which is at %d",
        "SELECT value, 0 FROM counters WHERE name = 'last_mail' AND value NOT BETWEEN 0 AND "
            + MailTable.NUMBER_MAX
            + " LIMIT ?");
    add(
        "rows",
        lonely.isEmpty()
            ? "all that belongs together is there"
            : "some rows were damaged, or belong to others that are not there" + DAMAGED_CURE,
        lonely);
  }

  private void name(List<String> places, String text, String query) throws SQLException {
    places.addAll(
        sql.list(query, row -> text.formatted(row.getLong(1), row.getLong(2)), NAMED_MAX));
  }

  private void lookAtMessages() throws SQLException, IOException {
    segments.belongTo(sql.number("SELECT value FROM counters WHERE name = 'store'"), 0);
    MessageWalk walk = new MessageWalk(sql, segments);
    walk.run();
    add(
        "messages",
        walk.damaged().isEmpty()
            ? "%d mails are whole, %d chunks fit their checksum"
                .formatted(walk.mails(), walk.checked())
            : "%d of %d mails are not whole%s".formatted(walk.broken(), walk.mails(), DAMAGED_CURE),
        walk.damaged());
  }

  /// Files to which no row points do no harm: the gateway removes them.
  private void lookAtSegments() throws SQLException, IOException {
    NavigableSet<Long> there = segments.numbers();
    List<Long> unused = new ArrayList<>();
    for (long number : there) {
      if (sql.number("SELECT EXISTS (SELECT 1 FROM chunks WHERE segment = ?)", number) == 0) {
        unused.add(number);
      }
    }
    String text = there.size() + " files";
    if (!unused.isEmpty()) {
      text +=
          ", of which the gateway will remove, or is about to fill: "
              + unused.stream()
                  .limit(NAMED_MAX)
                  .map(number -> segments.path(number).getFileName().toString())
                  .collect(Collectors.joining(", "));
    }
    add("segments", text, List.of());
  }

  private void lookAtLedger() throws SQLException {
    Ledger ledger = SqliteReader.ledger(sql);
    add(
        "ledger",
        "accepted %d = succeeded %d + failed %d + waiting %d + purged %d"
            .formatted(
                ledger.accepted(),
                ledger.succeeded(),
                ledger.failed(),
                ledger.waiting(),
                ledger.purged()),
        ledger.unaccounted() == 0
            ? List.of()
            : List.of(ledger.unaccounted() + " deliveries are unaccounted for"));
  }
}
