package io.postern.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.postern.fixture.Certificates;
import io.postern.fixture.FakeClock;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("postern.yaml");
    Files.createDirectory(folder.resolve("rules"));
    config("");
    rule("desk", "^(desk|postmaster)@", "");
  }

  @Test
  void findsNothingWhereAllIsWell() {
    Check check = check();
    assertEquals(List.of(), told(check));
    assertEquals("1 rule (0 disabled), 0 errors, 0 warnings", check.summary());
    assertNotNull(check.config());
    assertNotNull(check.book());
  }

  @Test
  void tellsTheProblemsOfTheConfigurationAndReadsNoRulesThen() throws IOException {
    config("smpt: {}\n");
    rule("desk", "(", "");
    Check check = check();
    assertEquals(List.of(file + ":4:1: unknown key \"smpt\"; did you mean \"smtp\"?"), told(check));
    assertEquals("1 error, 0 warnings", check.summary());
    assertNull(check.config());
  }

  @Test
  void tellsTheProblemsOfAllRuleFilesByPlace() throws IOException {
    rule("b", "(", "");
    rule("a", "[", "enabled: maybe\n");
    Check check = check();
    String rules = folder + "/rules/";
    assertEquals(
        List.of(
            rules
                + "a.yaml:2:30: matches: a [ without its ] (\"[\"); close it, or write \\[ for a"
                + " bracket",
            rules + "a.yaml:4:10: enabled: \"maybe\" is not known; write true or false",
            rules
                + "b.yaml:2:30: matches: a ( without its ); close it, or write \\( for a"
                + " parenthesis"),
        told(check));
    assertEquals(3, check.errors());
    assertNull(check.book());
    assertNotNull(check.config());
  }

  @Test
  void warnsWhenMailForPostmasterHasNowhereToGo() throws IOException {
    rule("desk", "^desk@", "");
    assertEquals(
        List.of(
            file
                + ": warning: no rule takes mail for postmaster@in.example.com; write one, or name"
                + " a rule with the key postmaster"),
        told(check()));

    config("postmaster: desk\n");
    assertEquals(List.of(), told(check()));

    config("postmaster: dask\n");
    assertEquals(
        List.of(
            file
                + ": warning: postmaster: no enabled rule has the name \"dask\"; write the name of"
                + " one"),
        told(check()));

    config("postmaster: desk\n");
    rule("desk", "^desk@", "enabled: false\n");
    assertEquals(1, check().warnings());
  }

  @Test
  void givesTheRulesWhatTheConfigurationAllows() throws IOException {
    Files.writeString(
        folder.resolve("rules/x.yaml"),
        """
        name: x
        when: [{header: To, matches: x}]
        post: {url: 'http://receiver.example.com/'}
        """);
    assertEquals(1, check().errors());
    config("delivery: {allow-http-hosts: [receiver.example.com]}\n");
    assertEquals(List.of(), told(check()));
  }

  @Test
  void tellsWhatIsWrongWithTheCertificate() throws IOException {
    config("smtp: { tls: { certificate: a.pem, key: b.pem } }\n");
    Certificates.Made made = Certificates.ec("mx.example.com");
    Files.writeString(folder.resolve("a.pem"), made.certificatePem());
    assertEquals(
        List.of(
            folder
                + "/b.pem: can't be read: there is no such file; create it, or correct the path"),
        told(check()));
    assertEquals(1, check().errors());
    Files.writeString(folder.resolve("b.pem"), made.keyPem());
    assertEquals(List.of(), told(check()));
    Files.writeString(folder.resolve("a.pem"), Certificates.ec("old.example.com").certificatePem());
    assertEquals(
        folder
            + "/b.pem: the key is not that of the certificate in "
            + folder
            + "/a.pem; name the two that were made together",
        told(check()).getFirst());
  }

  @Test
  void readsTheSubscribersAndWarnsOfRulesThatTheyNameAndThatAreNotThere() throws IOException {
    config("subscribers: subscribers\n");
    Files.createDirectories(folder.resolve("subscribers"));
    Files.createDirectories(folder.resolve("rules/acme"));
    rule("acme/shop", "^shop@", "");
    Path ops = folder.resolve("subscribers/ops.yaml");
    String text =
        """
        name: ops
        events: [deliveries]
        post: { url: "https://ops.example.com/", format: postern }
        """;
    Files.writeString(ops, text + "rules: [desk, dask]\n");
    assertEquals(
        List.of(
            ops
                + ":1:7: warning: rules: no rule has the name \"dask\"; correct it, or leave it"
                + " out"),
        told(check()));
    assertEquals("2 rules (0 disabled), 1 subscriber, 0 errors, 1 warning", check().summary());
    Files.writeString(ops, text + "accounts: [acme, amce]\n");
    assertEquals(
        List.of(
            ops + ":1:7: warning: accounts: no rule is of \"amce\"; correct it, or leave it out"),
        told(check()));
    Files.writeString(ops, text + "rulse: [desk]\n");
    assertEquals(
        List.of(ops + ":4:1: unknown key \"rulse\"; did you mean \"rules\"?"), told(check()));
    assertEquals(1, check().errors());
  }

  private Check check() {
    return Check.run(file, Map.of(), Severity.WARNING, new FakeClock());
  }

  private static List<String> told(Check check) {
    return check.problems().stream().map(Problem::toString).toList();
  }

  private void config(String more) throws IOException {
    Files.writeString(
        file, "hostname: mx.example.com\ndomains: [in.example.com]\nrules: rules\n" + more);
  }

  private void rule(String name, String regex, String more) throws IOException {
    Files.writeString(
        folder.resolve("rules/" + name + ".yaml"),
        """
        name: %s
        when: [{header: To, matches: '%s'}]
        post: {url: 'https://app.example.com/'}
        """
                .formatted(Path.of(name).getFileName(), regex)
            + more);
  }
}
