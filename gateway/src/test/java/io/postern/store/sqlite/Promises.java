package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.Ledger;
import io.postern.queue.Settings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the simulation's gateway has promised, and the looks that find out whether it is kept. It
/// reads the database past the store, and knows of no other table than those it needs.
final class Promises {
  /// Short, so that much is removed while the simulation lasts; the log is what it is judged by.
  static final Settings KEPT =
      new Settings(
          Duration.ofHours(12), Duration.ofDays(1), Duration.ofDays(3650), Duration.ofDays(1));

  private final Path database;
  private final FakeClock clock;
  private final Map<String, Promise> promised = new HashMap<>();
  private final Set<String> forgettable = new HashSet<>();

  Promises(Path database, FakeClock clock) {
    this.database = database;
    this.clock = clock;
  }

  /// One delivery.
  private static final class Promise {
    private final String mail;
    private final int size;
    private int attempt;
    private Row seen = new Row(DeliveryTable.READY, Instant.EPOCH, 0);
    private boolean gone;

    Promise(String mail, int size) {
      this.mail = mail;
      this.size = size;
    }
  }

  /// A delivery as it stands in the file.
  ///
  /// @param status the last row of its log
  private record Row(int state, Instant due, int status) {}

  /// What may be tried when the crank is turned.
  ///
  /// @param due what waits, and since when
  /// @param held rules that must not be posted to
  record Before(Map<String, Instant> due, Set<String> held, Instant now) {}

  /// A mail got its 250.
  void add(String mail, List<String> rules, int size) {
    for (int place = 1; place <= rules.size(); place++) {
      promised.put(mail + "-" + place, new Promise(mail, size));
    }
  }

  /// From here on a mail may be gone at any time.
  void mayForget(String mail) {
    forgettable.add(mail);
  }

  Before before(Set<String> held) throws SQLException {
    Map<String, Instant> due = new HashMap<>();
    rows()
        .forEach(
            (delivery, row) -> {
              if (row.state() < DeliveryTable.SUCCEEDED) {
                due.put(delivery, row.due());
              }
            });
    return new Before(due, held, clock.instant());
  }

  /// Every post was due, by a rule that was not held, of the whole message, and no attempt was made
  /// twice.
  void checkPosts(Before before, List<Endpoints.Posted> posts) {
    for (Endpoints.Posted post : posts) {
      String delivery = post.delivery();
      Promise promise = promised.get(delivery);
      assertTrue(promise != null, delivery + " was never promised");
      assertTrue(before.due().containsKey(delivery), delivery + " was over");
      assertFalse(before.due().get(delivery).isAfter(before.now()), delivery + " was not yet due");
      assertFalse(before.held().contains(post.rule()), delivery + " was held");
      assertTrue(
          post.attempt() > promise.attempt, delivery + ": attempt " + post.attempt() + " again");
      promise.attempt = post.attempt();
      String message = new String(bytes(promise.size), ISO_8859_1);
      assertTrue(post.body().endsWith(message), delivery + " is not whole");
    }
  }

  /// Every delivery has exactly one fate, and the ledger counts them so.
  void check(SqliteStore store) throws Exception {
    Map<String, Row> rows = rows();
    long[] states = new long[4];
    for (Map.Entry<String, Row> row : rows.entrySet()) {
      Promise promise = promised.get(row.getKey());
      assertTrue(promise != null, row.getKey() + " is there and was never promised");
      assertFalse(promise.gone, row.getKey() + " is there again");
      states[row.getValue().state()]++;
      checkLog(row.getKey(), row.getValue());
    }
    long gone = 0;
    for (Map.Entry<String, Promise> entry : promised.entrySet()) {
      Row row = rows.get(entry.getKey());
      if (row == null) {
        checkGone(entry.getKey(), entry.getValue());
        gone++;
      } else {
        entry.getValue().seen = row;
      }
    }
    assertEquals(
        new Ledger(
            promised.size(),
            states[DeliveryTable.SUCCEEDED],
            states[DeliveryTable.FAILED],
            states[DeliveryTable.READY] + states[DeliveryTable.LEASED],
            gone),
        store.ledger());
  }

  /// The last row of the log says the same as the delivery.
  private static void checkLog(String delivery, Row row) {
    int last = row.status();
    boolean agrees =
        switch (row.state()) {
          case DeliveryTable.SUCCEEDED -> last == 1;
          case DeliveryTable.FAILED -> last == 3;
          default -> last == 0 || last == 2;
        };
    assertTrue(agrees, delivery + " is in state " + row.state() + ", its last row says " + last);
  }

  private void checkGone(String delivery, Promise promise) {
    if (promise.gone || forgettable.contains(promise.mail)) {
      promise.gone = true;
      return;
    }
    Row last = promise.seen;
    assertTrue(last.state() >= DeliveryTable.SUCCEEDED, delivery + " is lost");
    Duration kept = last.state() == DeliveryTable.SUCCEEDED ? KEPT.succeeded() : KEPT.failed();
    assertTrue(
        last.due().plus(kept).isBefore(clock.instant()), delivery + " was removed before its time");
    promise.gone = true;
  }

  private Map<String, Row> rows() throws SQLException {
    Map<String, Row> found = new HashMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement();
        ResultSet rows =
            sql.executeQuery(
                """
                SELECT m.id || '-' || (d.number & 1048575) AS id, d.state, d.due,
                  (SELECT l.status FROM log l
                   WHERE l.delivery <> '' AND l.delivery = m.id || '-' || (d.number & 1048575)
                   ORDER BY l.number DESC LIMIT 1)
                FROM deliveries d JOIN mails m ON m.number = d.number >> 20
                """)) {
      while (rows.next()) {
        found.put(
            rows.getString(1),
            new Row(rows.getInt(2), Instant.ofEpochMilli(rows.getLong(3)), rows.getInt(4)));
      }
    }
    return found;
  }
}
