package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChoresTest {
  private final FakeClock clock = new FakeClock();
  private Database database;
  private Tables tables;
  private Chores chores;

  @BeforeEach
  void open(@TempDir Path folder) throws Exception {
    database =
        Database.resolve(
            Settings.of(folder.resolve("postern.db"), 0),
            UnaryOperator.identity(),
            UnaryOperator.identity());
    database.create();
    tables = new Tables(database.writer(), database.segments(), clock);
    Schema.migrate(tables.sql(), database.path());
    tables.chunks().findSegments();
    chores = new Chores(clock, 100, database.segments());
    chores.begin(tables.mails());
    run();
  }

  @AfterEach
  void close() {
    tables.close();
  }

  @Test
  void segmentsAreGoneThroughHoweverManyMailsBreakOff() throws Exception {
    Path unused = unusedSegment();
    chores.look();
    int transactions = 0;
    while (Files.exists(unused)) {
      chores.sweep(transactions);
      run();
      assertTrue(++transactions < 10, "mails that break off keep it for ever");
    }
    assertEquals(2, transactions);
  }

  @Test
  void oneTransactionDoesOnlyOneOfTheTwoSweeps() throws Exception {
    Path unused = unusedSegment();
    chores.look();
    chores.sweep(1);
    Chores.Part first = run();
    assertTrue(first.sweep().chunks() > 0);
    assertTrue(Files.exists(unused));
    Chores.Part second = run();
    assertEquals(0, second.sweep().chunks());
    assertFalse(Files.exists(unused));
  }

  /// One that no row points to.
  private Path unusedSegment() throws Exception {
    Path segment = database.segments().path(7);
    Owned.createFolder(segment.getParent());
    return Files.createFile(segment);
  }

  private Chores.Part run() throws Exception {
    tables.begin();
    Chores.Part part = chores.run(tables);
    tables.commit();
    chores.done(part);
    return part;
  }
}
