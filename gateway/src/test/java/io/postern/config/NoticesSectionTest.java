package io.postern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.notice.Settings;
import io.postern.notice.Settings.Encryption;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoticesSectionTest {
  private static final String LEAST =
      """
      notices:
        to: [ops@example.com]
        from: postern@example.com
        relay: smtp://relay.example.com
      """;

  @TempDir private Path folder;

  private Judgement<Config> read(String lines) throws IOException {
    Path file = folder.resolve("postern.yaml");
    Files.writeString(
        file,
        "hostname: mx.example.com\ndomains: [in.example.com, \"*.sub.example.com\"]\nrules: rules\n"
            + lines);
    return ConfigFile.read(file, Map.of("RELAY", "s3cret"));
  }

  private Settings good(String lines) throws IOException {
    return switch (read(lines)) {
      case Judgement.Good(Config config, List<Problem> warnings) -> {
        assertEquals(List.of(), warnings);
        yield config.notices();
      }
      case Judgement.Bad(List<Problem> problems) -> throw new AssertionError(problems.toString());
    };
  }

  @Test
  void nobodyIsToldUnlessTheConfigurationSaysWho() throws IOException {
    assertNull(good(""));
  }

  @Test
  void fillsInTheDefaults() throws IOException {
    Settings settings = good(LEAST);
    assertEquals("mx.example.com", settings.hostName());
    assertEquals("[ops@example.com]", settings.to().toString());
    assertEquals("postern@example.com", settings.from().text());
    assertEquals("relay.example.com:25", settings.relay().toString());
    assertEquals(Encryption.REQUIRED, settings.relay().encryption());
    assertNull(settings.relay().ca());
    assertNull(settings.relay().login());
    assertEquals(Duration.ofDays(1), settings.repeat());
    assertEquals(20, settings.perHour());
  }

  @Test
  void showsTheseDefaultsInTheShippedFile() throws IOException {
    String shipped = Files.readString(ShippedFilesTest.CONF);
    for (String line : List.of("#starttls: required", "#repeat: 1d", "#per-hour: 20")) {
      assertTrue(shipped.contains("\n  " + line + "\n"), line);
    }
  }

  @Test
  void readsEveryKey() throws IOException {
    Settings settings =
        good(
            """
            notices:
              to: [ops@example.com, on.call+night@Örtlich.example]
              from: postern@example.com
              relay: smtps://[2001:db8::7]:4465
              ca: relay.pem
              user: postern
              password: { env: RELAY }
              repeat: 12h
              per-hour: 5
            """);
    assertEquals(
        "[ops@example.com, on.call+night@xn--rtlich-vxa.example]", settings.to().toString());
    assertEquals("[2001:db8::7]:4465", settings.relay().toString());
    assertEquals("2001:db8::7", settings.relay().host());
    assertEquals(Encryption.WHOLE, settings.relay().encryption());
    assertEquals(folder.resolve("relay.pem"), settings.relay().ca().path());
    assertEquals("postern", settings.relay().login().user());
    assertEquals("s3cret", settings.relay().login().password().value());
    assertEquals(Duration.ofHours(12), settings.repeat());
    assertEquals(5, settings.perHour());
    assertEquals(
        "relay.example.com:465", good(LEAST.replace("smtp://", "smtps://")).relay().toString());
    assertEquals(Encryption.OPTIONAL, good(LEAST + "  starttls: optional\n").relay().encryption());
  }

  @Test
  void warnsOfARecipientAtThisGateway() throws IOException {
    switch (read(LEAST.replace("[ops@example.com]", "[ops@example.com, ops@a.sub.example.com]"))) {
      case Judgement.Good(Config config, List<Problem> warnings) -> {
        assertEquals(2, config.notices().to().size());
        assertEquals(
            "[postern.yaml:5:25: warning: to: mail for ops@a.sub.example.com comes to this gateway"
                + " itself, which can't tell of its own trouble so; write an address elsewhere]",
            warnings.toString().replace(folder + "/", ""));
      }
      case Judgement.Bad(List<Problem> problems) -> throw new AssertionError(problems.toString());
    }
  }

  @Test
  void asksForWhatIsMissing() throws IOException {
    assertEquals(
        """
        postern.yaml:4:9: the key "to" is missing; write to: [ops@example.com]
        postern.yaml:4:9: the key "from" is missing; write from: postern@example.com
        postern.yaml:4:9: the key "relay" is missing; write relay: smtp://relay.example.com:587\
        """,
        problems("notices:\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "to: [] | to: the list is empty; write one item at least",
        "to: [Ops <ops@example.com>] | to: 'Ops <ops@example.com>' is not an address; write"
            + " ops@example.com, in ASCII before the @, and without a name",
        "to: ['a b@example.com'] | to: 'a b@example.com' is not an address; write ops@example.com,"
            + " in ASCII before the @, and without a name",
        "to: [jörg@example.com] | to: 'jörg@example.com' is not an address; write ops@example.com,"
            + " in ASCII before the @, and without a name",
        "from: postern | from: 'postern' is not an address; write ops@example.com, in ASCII before"
            + " the @, and without a name",
        "relay: relay.example.com:25 | relay: 'relay.example.com:25' is not a relay; write"
            + " smtp://relay.example.com:587, or smtps:// where all is encrypted from the first"
            + " byte",
        "relay: smtp://u:p@relay.example.com | relay: 'smtp://u:p@relay.example.com' is not a"
            + " relay; write smtp://relay.example.com:587, or smtps:// where all is encrypted from"
            + " the first byte",
        "relay: smtp://relay.example.com:0 | relay: 'smtp://relay.example.com:0' is not a relay;"
            + " write smtp://relay.example.com:587, or smtps:// where all is encrypted from the"
            + " first byte",
        "relay: smtp://relay.example.com/x | relay: 'smtp://relay.example.com/x' is not a relay;"
            + " write smtp://relay.example.com:587, or smtps:// where all is encrypted from the"
            + " first byte",
        "starttls: maybe | starttls: 'maybe' is not known; write required or optional",
        "user: postern | user: a user without a password; write password: { env: RELAY_PASSWORD }",
        "password: { env: RELAY } | password: a password without a user; write the key user, too",
        "repeat: 5m | repeat: 5m is out of range; write 1h to 30d",
        "per-hour: 0 | per-hour: 0 is out of range; write 1 to 1000",
      })
  void tellsWhatIsWrong(String line, String problem) throws IOException {
    String key = line.substring(0, line.indexOf(':'));
    String lines =
        LEAST
            .lines()
            .filter(it -> !it.startsWith("  " + key + ":"))
            .reduce("", (a, b) -> a + b + "\n");
    String found = problems(lines + "  " + line + "\n");
    assertTrue(found.endsWith(": " + problem.replace('\'', '"')), found);
  }

  @Test
  void aPasswordGoesOverTlsOnly() throws IOException {
    assertTrue(
        problems(LEAST + "  starttls: optional\n  user: u\n  password: { env: RELAY }\n")
            .endsWith(": starttls: a password goes over TLS only; write required, or no user"));
    assertTrue(
        problems(LEAST + "  starttls: optional\n  ca: a.pem\n")
            .endsWith(
                ": ca: no certificate is looked at; write starttls: required, or remove this"));
    assertTrue(
        problems(LEAST.replace("smtp://", "smtps://") + "  starttls: required\n")
            .endsWith(": starttls: all is encrypted at smtps:// without it; remove this key"));
  }

  private String problems(String lines) throws IOException {
    return switch (read(lines)) {
      case Judgement.Good<Config> _ -> throw new AssertionError("taken: " + lines);
      case Judgement.Bad(List<Problem> problems) ->
          String.join("\n", problems.stream().map(Problem::toString).toList())
              .replace(folder + "/", "");
    };
  }
}
