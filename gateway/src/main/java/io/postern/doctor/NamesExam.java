package io.postern.doctor;

import io.postern.config.Config;
import io.postern.mail.Domain;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Whether senders find the way here: the host name's addresses, and the MX records of the domains
/// that are named exactly.
record NamesExam(Config config, Doctor.Instruments instruments) implements Exam.Look {
  /// How many domains are asked for: more than that take too long.
  private static final int DOMAINS_MAX = 50;

  private static final String SUBJECT = "dns";

  /// After so many that nobody answers for, one after another, it is the name servers: each such
  /// question takes seconds.
  private static final int UNANSWERED_MAX = 2;

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    int unanswered = answered(findings, () -> lookAtHost(findings)) ? 0 : 1;
    List<String> domains =
        config.policy().domains().exact().stream()
            .filter(domain -> !domain.isLiteral())
            .map(Domain::ascii)
            .sorted()
            .toList();
    int asked = 0;
    while (asked < Math.min(domains.size(), DOMAINS_MAX) && unanswered < UNANSWERED_MAX) {
      String domain = domains.get(asked++);
      boolean isAnswered = answered(findings, () -> findings.add(lookAtDomain(domain)));
      unanswered = isAnswered ? 0 : unanswered + 1;
    }
    if (asked < domains.size()) {
      findings.add(
          Finding.ok(
              SUBJECT, "%d more domains were not asked for".formatted(domains.size() - asked)));
    }
    return findings;
  }

  /// A question to DNS, or a few.
  private interface Question {
    void ask() throws IOException;
  }

  /// One zone that is broken must not hide what the others say.
  private static boolean answered(List<Finding> findings, Question question) {
    try {
      question.ask();
      return true;
    } catch (IOException e) {
      findings.add(
          Finding.warning(
              SUBJECT,
              String.valueOf(e.getMessage()),
              "when it is this name alone: mend its zone, or the servers it is delegated to; when"
                  + " it is all: see /etc/resolv.conf and the firewall"));
      return false;
    }
  }

  private String host() {
    return config.hostName().ascii();
  }

  private void lookAtHost(List<Finding> findings) throws IOException {
    Dns dns = instruments.dns();
    List<String> texts = new ArrayList<>(dns.records(host(), Dns.Type.A));
    texts.addAll(dns.records(host(), Dns.Type.AAAA));
    if (texts.isEmpty()) {
      findings.add(
          Finding.error(
              SUBJECT,
              host() + " has no address: senders can't connect",
              "give it an A record, and AAAA where there is IPv6, or mend the key hostname"));
      return;
    }
    if (!dns.records(host(), Dns.Type.CNAME).isEmpty()) {
      findings.add(
          Finding.warning(
              SUBJECT,
              host() + " is an alias, which an MX record must not name (RFC 2181 §10.3)",
              "give it A and AAAA records of its own"));
    }
    Set<InetAddress> addresses = new HashSet<>();
    texts.forEach(text -> addresses.add(InetAddress.ofLiteral(text)));
    Set<InetAddress> here = instruments.machine().addresses();
    if (addresses.stream().allMatch(NamesExam::isPrivate)) {
      findings.add(
          Finding.warning(
              SUBJECT,
              "%s leads to %s, where nobody outside can connect".formatted(host(), texts),
              "name the public address in DNS, unless only your own network sends mail here"));
    } else if (!here.isEmpty() && addresses.stream().noneMatch(here::contains)) {
      findings.add(
          Finding.warning(
              SUBJECT,
              "%s leads to %s, none of which is of this machine".formatted(host(), texts),
              "right behind a router or a balancer that passes port 25 on; else mend DNS"));
    } else {
      findings.add(Finding.ok(SUBJECT, "%s leads to %s".formatted(host(), texts)));
    }
  }

  private static boolean isPrivate(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isSiteLocalAddress()
        || address.isLinkLocalAddress()
        || address.isAnyLocalAddress();
  }

  private Finding lookAtDomain(String domain) throws IOException {
    List<String> records = instruments.dns().records(domain, Dns.Type.MX);
    List<String> hosts = records.stream().map(NamesExam::host).toList();
    String cure = "in its zone: %s. MX 10 %s.".formatted(domain, host());
    if (hosts.contains(host())) {
      return Finding.ok(
          SUBJECT, "mail for %s goes to %s".formatted(domain, String.join(", ", hosts)));
    }
    if (!hosts.isEmpty()) {
      return hosts.equals(List.of(""))
          ? Finding.error(SUBJECT, domain + " says that it takes no mail (null MX, RFC 7505)", cure)
          : Finding.warning(
              SUBJECT,
              "mail for %s goes to %s, and not to %s"
                  .formatted(domain, String.join(", ", hosts), host()),
              "right when those pass it on; else " + cure);
    }
    if (domain.equals(host())) {
      return Finding.ok(SUBJECT, domain + " has no MX record and is this host, which will do");
    }
    return Finding.error(SUBJECT, domain + " has no MX record: its mail does not come here", cure);
  }

  /// The host of an MX record: behind the preference, without the full stop at its end.
  private static String host(String record) {
    String name = record.substring(record.indexOf(' ') + 1).toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }
}
