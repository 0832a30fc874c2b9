package io.postern.store.sqlite;

import static io.postern.queue.Samples.read;
import static io.postern.queue.Samples.want;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Claim;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The road of a database from each version to this one, and that no version which is out there
/// changes.
class SchemaTest {
  /// Tests run in the module's folder.
  private static final Path CHANGELOG = Path.of("..", "CHANGELOG.md");

  private static final Pattern RELEASE =
      Pattern.compile("(?m)^## \\[?v?\\d+\\.\\d+.*$(?s)(.*?)(?=^## |\\z)");
  private static final Pattern SCHEMA = Pattern.compile("(?i)database\\s+schema\\s+(\\d+)");

  @TempDir Path folder;

  private final FakeClock clock = new FakeClock();

  /// Each version that this program knows, frozen or not, has a file that fills it.
  @TestFactory
  Stream<DynamicTest> aFilledDatabaseOfEachVersionIsBroughtForwardAndServes() {
    return IntStream.rangeClosed(1, Schema.scripts().size())
        .mapToObj(
            version -> DynamicTest.dynamicTest("version " + version, () -> bringForward(version)));
  }

  private void bringForward(int version) throws Exception {
    Path database = folder.resolve("v" + version + ".db");
    migrate(database, Schema.scripts().subList(0, version));
    fill(database, text("filled-" + version + ".sql"));
    try (SqliteStore store = SqliteStore.open(Settings.of(database, 0), clock)) {
      assertEquals(
          Integer.toString(Schema.scripts().size()), Sqls.text(database, "PRAGMA user_version"));
      assertEquals(0, store.ledger().unaccounted());
      assertEquals(5, store.ledger().accepted());
      assertEquals("by hand", store.pauses().getFirst().reason());
      List<Claim> claims = store.claim(want("desk", 10), clock.instant());
      assertEquals(List.of("m1", "m2"), claims.stream().map(claim -> claim.mail().id()).toList());
      assertEquals("one\r\n", new String(read(claims.getFirst()), StandardCharsets.US_ASCII));
      Sqls.await(database, "SELECT count(*) FROM spools", "0");
    }
    assertTrue(
        SqliteVerification.run(Settings.of(database, 0)).stream()
            .allMatch(SqliteVerification.Finding::sound));
  }

  @Test
  void noScriptThatAReleaseHasIsEverChanged() throws Exception {
    for (Map.Entry<Integer, String> frozen : frozen().entrySet()) {
      String script = Schema.scripts().get(frozen.getKey() - 1);
      assertEquals(
          frozen.getValue(),
          hash(script),
          script + " is out there in databases: undo the change and write the next script");
    }
  }

  @Test
  void aReleaseNamesItsSchemaAndFreezesIt() throws Exception {
    int named = released(Files.readString(CHANGELOG));
    assertEquals(
        IntStream.rangeClosed(1, named).boxed().toList(),
        List.copyOf(frozen().keySet()),
        "add the scripts that CHANGELOG.md names to frozen.txt");
  }

  @Test
  void aSchemaIsReleasedByTheHeadingOfAVersion() {
    assertEquals(0, released("# Changelog\n\n## Unreleased\n\n- Database schema 1\n"));
    String two =
        """
        ## Unreleased
        - Database schema 3
        ## [0.2.0] - 2027-01-01
        - Database
          schema 2, brought forward at the start
        ## 0.1.0
        - Database schema 1
        """;
    assertEquals(2, released(two));
    assertThrows(AssertionError.class, () -> released("## 0.1.0\n- much\n"));
  }

  @Test
  void scriptsRunInTheirOrderEachOnce() throws Exception {
    Path database = folder.resolve("things.db");
    migrate(database, List.of("things-1.sql"));
    fill(database, "INSERT INTO things (name) VALUES ('a')");
    migrate(database, List.of("things-1.sql", "things-2.sql"));
    migrate(database, List.of("things-1.sql", "things-2.sql"));
    assertEquals("a,more", Sqls.text(database, "SELECT group_concat(name || more) FROM things"));
    assertEquals("2", Sqls.text(database, "PRAGMA user_version"));
  }

  @Test
  void aScriptThatFailsLeavesTheDatabaseAsItWas() throws Exception {
    Path database = folder.resolve("things.db");
    migrate(database, List.of("things-1.sql"));
    List<String> failing = List.of("things-1.sql", "things-2.sql", "things-3-fails.sql");
    assertThrows(SQLException.class, () -> migrate(database, failing));
    assertEquals("1", Sqls.text(database, "PRAGMA user_version"));
    assertEquals(
        "name", Sqls.text(database, "SELECT group_concat(name) FROM pragma_table_info('things')"));
  }

  @Test
  void anOlderProgramLeavesANewerDatabaseAlone() throws Exception {
    Path database = folder.resolve("things.db");
    migrate(database, List.of("things-1.sql", "things-2.sql"));
    StoreUnavailable refusal =
        assertThrows(StoreUnavailable.class, () -> migrate(database, List.of("things-1.sql")));
    assertEquals(
        "The database %s is of version 2, newer than this Postern, which knows 1: use the newer program."
            .formatted(database),
        refusal.getMessage());
  }

  private static void migrate(Path database, List<String> scripts) throws Exception {
    try (Sql sql = new Sql(DriverManager.getConnection("jdbc:sqlite:" + database))) {
      sql.pragma("journal_mode = WAL");
      Schema.migrate(sql, database, scripts);
    }
  }

  private static void fill(Path database, String script) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement sql = connection.createStatement()) {
      sql.executeUpdate(script);
    }
  }

  /// The highest schema that a section of a version names; 0 when there is no such section.
  private static int released(String changelog) {
    List<String> sections = new ArrayList<>();
    Matcher release = RELEASE.matcher(changelog);
    while (release.find()) {
      sections.add(release.group(1));
    }
    int highest = 0;
    for (String section : sections) {
      Matcher schema = SCHEMA.matcher(section);
      while (schema.find()) {
        highest = Math.max(highest, Integer.parseInt(schema.group(1)));
      }
    }
    assertTrue(
        sections.isEmpty() || highest > 0, "a release says in CHANGELOG.md: Database schema N");
    return highest;
  }

  private static Map<Integer, String> frozen() throws IOException {
    Map<Integer, String> frozen = new TreeMap<>();
    for (String line : text("frozen.txt").lines().toList()) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ", 2);
        frozen.put(Integer.valueOf(words[0]), words[1]);
      }
    }
    return frozen;
  }

  private static String hash(String script) throws IOException, NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256")
                .digest(text(script).getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = SchemaTest.class.getResourceAsStream(resource)) {
      assertTrue(in != null, "there is no " + resource);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
