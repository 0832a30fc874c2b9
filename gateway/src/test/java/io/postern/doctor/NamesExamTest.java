package io.postern.doctor;

import static io.postern.doctor.Clinic.assertIs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.doctor.Finding.Level;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What DNS says, and what follows from it.
final class NamesExamTest {
  @TempDir private Path folder;
  private Clinic clinic;

  @BeforeEach
  void open() throws Exception {
    clinic = new Clinic(folder);
  }

  @Test
  void whatIsAsItShouldBeIsSaidToBeSo() {
    List<Finding> findings = findings();
    assertEquals(2, findings.size());
    assertIs(findings.get(0), Level.OK, "mx.example.com leads to [192.0.2.7]");
    assertIs(findings.get(1), Level.OK, "mail for in.example.com goes to mx.example.com");
  }

  @Test
  void aHostWithoutAnAddressIsAnError() {
    clinic.record("mx.example.com", Dns.Type.A);
    assertIs(findings().getFirst(), Level.ERROR, "has no address");
    clinic.record("mx.example.com", Dns.Type.AAAA, "2001:db8::7");
    assertIs(findings().getFirst(), Level.WARNING, "none of which is of this machine");
  }

  @Test
  void anAddressThatNobodyCanReachIsTold() {
    clinic.record("mx.example.com", Dns.Type.A, "10.1.2.3");
    assertIs(findings().getFirst(), Level.WARNING, "nobody outside");
    clinic.record("mx.example.com", Dns.Type.A, "10.1.2.3", "192.0.2.7");
    assertIs(findings().getFirst(), Level.OK, "192.0.2.7");
  }

  @Test
  void anAliasIsTold() {
    clinic.record("mx.example.com", Dns.Type.CNAME, "web.example.com.");
    assertIs(findings().getFirst(), Level.WARNING, "is an alias");
  }

  @Test
  void mailThatGoesElsewhereIsTold() {
    clinic.record("in.example.com", Dns.Type.MX, "10 other.example.net.", "20 third.example.net.");
    assertIs(findings().getLast(), Level.WARNING, "goes to other.example.net, third.example.net");
    clinic.record("in.example.com", Dns.Type.MX, "10 other.example.net.", "20 MX.Example.COM.");
    assertIs(findings().getLast(), Level.OK, "goes to");
  }

  @Test
  void aDomainWithoutAnMxIsAnErrorUnlessItIsTheHost() throws Exception {
    clinic.record("in.example.com", Dns.Type.MX);
    assertIs(findings().getLast(), Level.ERROR, "has no MX record");
    assertEquals("in its zone: in.example.com. MX 10 mx.example.com.", findings().getLast().cure());
    clinic.record("in.example.com", Dns.Type.MX, "0 .");
    assertIs(findings().getLast(), Level.ERROR, "takes no mail");
  }

  @Test
  void aNameServerThatDoesNotAnswerIsTold() {
    clinic.silent();
    assertEquals(2, findings().size());
    assertIs(findings().getFirst(), Level.WARNING, "DNS doesn't tell A of mx.example.com");
    assertTrue(findings().getFirst().cure().contains("/etc/resolv.conf"));
  }

  @Test
  void aZoneThatIsBrokenHidesNoOther() throws Exception {
    clinic.configure("domains: [a.example.com, b.example.com, c.example.com]");
    clinic.record("a.example.com", Dns.Type.MX, "10 mx.example.com.");
    clinic.record("c.example.com", Dns.Type.MX, "10 mx.example.com.");
    clinic.silent("b.example.com");
    List<Finding> findings = findings();
    assertEquals(4, findings.size(), findings.toString());
    assertIs(findings.get(1), Level.OK, "mail for a.example.com goes to");
    assertIs(findings.get(2), Level.WARNING, "DNS doesn't tell MX of b.example.com");
    assertTrue(findings.get(2).cure().contains("mend its zone"), findings.get(2).cure());
    assertIs(findings.get(3), Level.OK, "mail for c.example.com goes to");
  }

  /// Each one that nobody answers for takes seconds.
  @Test
  void afterTwoInARowThatNobodyAnswersForNoMoreAreAsked() throws Exception {
    clinic.configure("domains: [a.example.com, b.example.com, c.example.com, d.example.com]");
    clinic.silent("a.example.com").silent("b.example.com");
    List<Finding> findings = findings();
    assertEquals(4, findings.size(), findings.toString());
    assertIs(findings.get(3), Level.OK, "2 more domains were not asked for");
  }

  private List<Finding> findings() {
    return new NamesExam(clinic.config(), clinic.instruments()).findings();
  }
}
