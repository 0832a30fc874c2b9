package io.postern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.config.Config.LogFormat;
import io.postern.mail.Domain;
import io.postern.policy.Mode;
import io.postern.settings.Judgement;
import io.postern.settings.Network;
import io.postern.settings.Problem;
import io.postern.smtp.BareLineEnds;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
  private static final String LEAST =
      """
      hostname: mx.example.com
      domains: [in.example.com]
      rules: rules
      """;

  @TempDir Path folder;

  @Test
  void fillsInTheDefaults() throws IOException {
    Config config = good(LEAST, Map.of());
    assertEquals(new Domain("mx.example.com"), config.hostName());
    assertEquals(
        List.of(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 25)),
        config.smtp().listen());
    assertEquals(io.postern.smtp.Settings.Limits.DEFAULT, config.smtp().limits());
    assertEquals(io.postern.smtp.Settings.Patience.DEFAULT, config.smtp().patience());
    assertEquals(io.postern.smtp.Settings.Crowd.DEFAULT, config.smtp().crowd());
    assertEquals(io.postern.smtp.Settings.Tls.DEFAULT, config.smtp().tls());
    assertEquals(
        io.postern.tls.Settings.selfMade("mx.example.com", Path.of("/var/lib/postern")),
        config.tls());
    assertTrue(config.intake().tlsRequired().isEmpty());
    assertEquals("", config.smtp().help());
    assertEquals(Set.of(new Domain("in.example.com")), config.policy().domains().exact());
    assertEquals(Mode.ENFORCE, config.policy().fromPermitted());
    assertEquals(Mode.ENFORCE, config.policy().toIsFrom());
    assertEquals(List.of(), config.policy().except());
    assertEquals("mx.example.com", config.intake().hostName());
    assertEquals("", config.intake().postmasterRule());
    assertEquals(false, config.intake().logDomainMismatch());
    assertEquals(folder.resolve("rules"), config.rules().folder());
    assertEquals(Set.of(), config.rules().httpHosts());
    assertTrue(config.rules().privateAllowed());
    assertEquals(Path.of("/var/lib/postern/postern.db"), config.store());
    assertEquals(1L << 30, config.diskReserveBytes());
    assertEquals(100, config.intake().hopsMax());
    assertEquals(io.postern.queue.Settings.USUAL, config.retention());
    assertEquals(LogFormat.TEXT, config.logFormat());
    assertEquals(
        new io.postern.delivery.Settings(
            false,
            Set.of(400, 405, 406, 411, 413, 414, 415, 422, 431, 501),
            64,
            32,
            16,
            true,
            Duration.ofSeconds(20)),
        config.delivery());
    assertNull(config.console());
    assertEquals(new Payload.Gateway("mx.example.com", "mx.example.com"), config.gateway());
  }

  @Test
  void readsEveryKeyButTheDoors() throws IOException {
    Config config =
        good(
            """
            hostname: MX.日本.example
            domains: [in.example.com, "*.wide.example.com"]
            postmaster: support
            self-mail:
              from-permitted: observe
              to-is-from: off
              except: [192.0.2.0/24]
            rules: /etc/postern/rules
            store: { sqlite: data/postern.db, disk-reserve: 3GB }
            retention: { succeeded: 0s, failed: 12h, log: 7d, denied: 1h }
            log: { domain-mismatch: true, format: json }
            delivery:
              paused: true
              allow-http-hosts: [Receiver.example.com, "2001:db8::7"]
              permanent-failures: [400, 418]
              concurrency: 8
              per-host: 4
              per-endpoint: 2
              allow-private: false
              stop-grace: 5s
            console: { listen: "127.0.0.1:8025" }
            server-composition: gateway-1
            help-url: https://www.example.com/help
            """,
            Map.of("STATE_DIRECTORY", "/var/lib/other"));
    assertEquals("mx.xn--wgv71a.example", config.hostName().ascii());
    assertEquals(Set.of(new Domain("wide.example.com")), config.policy().domains().parents());
    assertEquals("support", config.intake().postmasterRule());
    assertEquals(Mode.OBSERVE, config.policy().fromPermitted());
    assertEquals(Mode.OFF, config.policy().toIsFrom());
    assertEquals("192.0.2.0/24", config.policy().except().getFirst().toString());
    assertEquals(Path.of("/etc/postern/rules"), config.rules().folder());
    assertEquals(folder.resolve("data/postern.db"), config.store());
    assertEquals(3L << 30, config.diskReserveBytes());
    assertTrue(config.intake().logDomainMismatch());
    assertEquals(
        new io.postern.queue.Settings(
            Duration.ZERO, Duration.ofHours(12), Duration.ofDays(7), Duration.ofHours(1)),
        config.retention());
    assertEquals(LogFormat.JSON, config.logFormat());
    assertEquals(
        new io.postern.delivery.Settings(
            true, Set.of(400, 418), 8, 4, 2, false, Duration.ofSeconds(5)),
        config.delivery());
    assertEquals(
        Set.of("receiver.example.com", "2001:db8:0:0:0:0:0:7"), config.rules().httpHosts());
    assertEquals(false, config.rules().privateAllowed());
    assertEquals(8025, config.console().listen().getPort());
    assertEquals("gateway-1", config.gateway().composition());
    assertEquals("https://www.example.com/help", config.smtp().help());
  }

  @Test
  void readsEveryKeyOfTheDoor() throws IOException {
    Config config =
        good(
            LEAST
                + """
                smtp:
                  listen: ["127.0.0.1:2525", "[::1]:2525"]
                  max-message-size: 64KB
                  max-recipients: 100
                  max-sessions: 10
                  max-sessions-per-network: 4
                  max-connections-per-minute: 20
                  ipv4-network-bits: 24
                  ipv6-network-bits: 56
                  exempt-networks: [198.51.100.0/24]
                  proxy-networks: ["2001:db8::/32"]
                  proxy-timeout: 3s
                  idle-timeout: 6m
                  session-timeout: 3h
                  min-rate: 100
                  drain-timeout: 0s
                  max-errors: 3
                  max-commands: 200
                  max-hops: 200
                  bare-line-ends: normalise
                  tls:
                    certificate: tls/fullchain.pem
                    key: /etc/postern/tls.key
                    required-for: [in.example.com]
                    listen: ["127.0.0.1:2465"]
                    handshake-timeout: 10s
                """,
            Map.of());
    assertEquals(2, config.smtp().listen().size());
    assertEquals(65_536, config.smtp().limits().messageBytesMax());
    assertEquals(100, config.smtp().limits().recipientsMax());
    assertEquals(
        new io.postern.smtp.Settings.Patience(
            Duration.ofMinutes(6), Duration.ofHours(3), 100, Duration.ofSeconds(3), Duration.ZERO),
        config.smtp().patience());
    assertEquals(
        new io.postern.smtp.Settings.Crowd(
            10,
            4,
            20,
            new io.postern.smtp.Settings.Networks(
                24,
                56,
                List.of(Network.parse("198.51.100.0/24").orElseThrow()),
                List.of(Network.parse("2001:db8::/32").orElseThrow()))),
        config.smtp().crowd());
    assertEquals(3, config.smtp().limits().errorsMax());
    assertEquals(200, config.smtp().limits().commandsMax());
    assertEquals(200, config.intake().hopsMax());
    assertEquals(BareLineEnds.NORMALISE, config.smtp().bareLineEnds());
    assertEquals(
        io.postern.tls.Settings.files(
            "mx.example.com", folder.resolve("tls/fullchain.pem"), Path.of("/etc/postern/tls.key")),
        config.tls());
    assertEquals(Set.of(new Domain("in.example.com")), config.intake().tlsRequired().exact());
    assertEquals(2465, config.smtp().tls().listen().getFirst().getPort());
    assertEquals(Duration.ofSeconds(10), config.smtp().tls().handshakeMax());
  }

  @Test
  void takesOneFileForTheCertificateAndItsKey() throws IOException {
    Config config = good(LEAST + "smtp: { tls: { certificate: both.pem } }\n", Map.of());
    assertEquals(folder.resolve("both.pem"), config.tls().key());
  }

  @Test
  void makesTheCertificateBesideTheStoreOrNoneAtAll() throws IOException {
    Config config = good(LEAST + "store: { sqlite: state/postern.db }\n", Map.of());
    assertEquals(folder.resolve("state"), config.tls().key().getParent());
    assertTrue(config.tls().selfMade());
    assertNull(good(LEAST + "smtp: { tls: { enabled: false } }\n", Map.of()).tls());
  }

  @Test
  void keepsTwiceTheLargestMailFreeWhateverTheReserve() throws IOException {
    String text = LEAST + "smtp: {max-message-size: 1GB}\nstore: {disk-reserve: 64MB}\n";
    assertEquals(2L << 30, good(text, Map.of()).diskReserveBytes());
  }

  @Test
  void deniedRowsGoWithTheOthersWhenNothingElseIsSaid() throws IOException {
    io.postern.queue.Settings kept = good(LEAST + "retention: { log: 2d }\n", Map.of()).retention();
    assertEquals(Duration.ofDays(2), kept.denied());
  }

  @ParameterizedTest
  @CsvSource({
    "/var/lib/postern-2, /var/lib/postern-2/postern.db",
    "/var/lib/a:/var/lib/b, /var/lib/a/postern.db",
    "'', /var/lib/postern/postern.db"
  })
  void putsTheStoreIntoTheStateFolderWhenTheFileNamesNone(String state, Path expected)
      throws IOException {
    assertEquals(expected, good(LEAST, Map.of("STATE_DIRECTORY", state)).store());
  }

  /// Each row is added to a file that is good without it, as line 4.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "smtp: {listen: [], max-recipients: 99} | 4:16: listen: the list is empty; write one item"
            + " at least ~ 4:36: max-recipients: 99 is out of range; write 100 to 10000",
        "smtp: {listen: ['0.0.0.0:25', '[::]:25']} | 4:16: listen: port 25 is listened to twice;"
            + " one of 0.0.0.0 and [::] stands for both, and each address once",
        "smtp: {listen: ['127.0.0.1:25'], tls: {listen: ['127.0.0.1:25']}} | 4:16: listen: port 25"
            + " is listened to twice; one of 0.0.0.0 and [::] stands for both, and each address"
            + " once",
        "smtp: {tls: {key: a.pem}} | 4:19: key: a key without a certificate; write the key"
            + " certificate, too",
        "smtp: {tls: {required-for: [other.example.com]}} | 4:29: required-for: no mail is taken"
            + " for \"other.example.com\"; write a domain that stands in domains, too",
        "smtp: {tls: {enabled: false, required-for: [in.example.com]}} | 4:44: required-for:"
            + " nothing is encrypted here; remove this, or write enabled: true",
        "smtp: {tls: {enabled: false, listen: ['[::1]:465']}} | 4:38: listen: nothing is encrypted"
            + " here; remove this, or write enabled: true",
        "smtp: {tls: off} | 4:13: tls: keys are expected here; write tls: { key: value }",
        "smtp: {idle-timeout: 4m} | 4:22: idle-timeout: 4m is out of range; write 5m to 1h",
        "smtp: {max-message-size: 35} | 4:26: max-message-size: 35 has no unit; write KB, MB or GB"
            + " after the number, 64KB to 1GB",
        "smpt: {} | 4:1: unknown key \"smpt\"; did you mean \"smtp\"?",
        "self-mail: {to-is-from: yes} | 4:25: to-is-from: \"yes\" is not known; write enforce,"
            + " observe or off",
        "store: postern.db | 4:8: store: keys are expected here; write store: { key: value }",
        "delivery: {permanent-failures: [200]} | 4:33: permanent-failures: 200 is out of range;"
            + " write 400 to 599",
        "delivery: {permanent-failures: [400, 410]} | 4:32: permanent-failures: \"410\" pauses the"
            + " endpoint and fails nothing; remove it",
        "delivery: {allow-http-hosts: ['http://a.example.com']} | 4:31: allow-http-hosts:"
            + " \"http://a.example.com\" is not a host; write a name or an address, without http://"
            + " and port",
        "console: {listen: '0.0.0.0:8025'} | 4:19: listen: the console must not be reached from"
            + " other machines; write \"127.0.0.1:8025\"",
        "console: {} | 4:10: the key \"listen\" is missing; write listen: \"127.0.0.1:8025\"",
        "help-url: 'see our page' | 4:11: help-url: \"see our page\" is not a URL; write"
            + " https://www.example.com/mail-help, ASCII, 200 characters at most",
        "retention: {log: 2d, denied: 3d} | 4:30: denied: longer than log, with which denied rows"
            + " go; shorten it",
        "retention: {log: 1h} | 4:18: log: 1h is out of range; write 1d to 3650d",
        "log: {format: xml} | 4:15: format: \"xml\" is not known; write text or json",
      })
  void tellsPlaceAndCure(String line, String expected) throws IOException {
    assertEquals(
        List.of(expected.split(" ~ ")).stream()
            .map(each -> folder + "/postern.yaml:" + each)
            .toList(),
        problems(LEAST + line + "\n"));
  }

  @Test
  void tellsAllThatIsMissingAtOnce() throws IOException {
    assertEquals(
        List.of(
            folder
                + "/postern.yaml:1:1: the key \"hostname\" is missing; write hostname:"
                + " mx.example.com",
            folder
                + "/postern.yaml:1:1: the key \"domains\" is missing; write domains:"
                + " [in.example.com]",
            folder
                + "/postern.yaml:1:1: the key \"rules\" is missing; write rules:"
                + " /etc/postern/rules"),
        problems("# nothing yet\n"));
  }

  @Test
  void refusesNamesThatAreNone() throws IOException {
    assertEquals(
        List.of(
            folder
                + "/postern.yaml:1:11: hostname: \"[192.0.2.1]\" is not a host name; write the name"
                + " that the MX record gives, such as mx.example.com",
            folder
                + "/postern.yaml:2:12: domains: \"a..b\" is not a domain; write in.example.com, or"
                + " \"*.in.example.com\" for all below it"),
        problems("hostname: '[192.0.2.1]'\ndomains: [ a..b ]\nrules: x\n"));
  }

  @Test
  void tellsAFileThatIsNotThere() {
    Judgement.Bad<?> bad =
        assertInstanceOf(
            Judgement.Bad.class, ConfigFile.read(folder.resolve("none.yaml"), Map.of()));
    assertEquals(1, bad.problems().size());
  }

  private Config good(String text, Map<String, String> environment) throws IOException {
    Path file = Files.writeString(folder.resolve("postern.yaml"), text);
    return switch (ConfigFile.read(file, environment)) {
      case Judgement.Good(Config config, _) -> config;
      case Judgement.Bad(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private List<String> problems(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("postern.yaml"), text);
    return switch (ConfigFile.read(file, Map.of())) {
      case Judgement.Good<Config> _ -> throw new AssertionError("taken: " + text);
      case Judgement.Bad(var problems) -> problems.stream().map(Problem::toString).toList();
    };
  }
}
