package io.postern.cli;

import io.postern.World;
import io.postern.doctor.Doctor;
import io.postern.doctor.Finding;
import io.postern.doctor.Finding.Level;
import io.postern.doctor.JndiDns;
import io.postern.doctor.Machine;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `postern doctor`: everything between the world and the endpoints, looked at in one go.
@Command(
    name = "doctor",
    description = "Examines the gateway and what it depends on, and says what to do.",
    footer = {
      "",
      "Looked at are the configuration, the rules and their secrets, the certificate, the user,"
          + " the",
      "clock, the store and its disk, DNS (the host name's addresses, the MX of each domain), the",
      "door, the relay of notices, and each endpoint of an enabled rule. An endpoint gets two",
      "samples with X-Postern-Test: yes, one of them with a wrong signature, which it should"
          + " answer",
      "with 401. Each enabled subscriber gets a test event, and it is told how it stands.",
      "Run it as the service's user: runuser -u postern -- postern doctor. It ends in two minutes"
          + " at",
      "most.",
      "Exit code 0 when all is well, 3 when there are warnings, 1 when there are errors."
    },
    exitCodeList = {"0:all is well", "1:errors", "2:wrong usage", "3:warnings, and no errors"})
final class DoctorCommand implements Callable<Integer> {
  private static final int WARNINGS = 3;

  @Mixin private @Nullable ConfigOption configOption;
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Prints the findings as JSON.")
  private boolean json;

  @Option(
      names = "--no-posts",
      description = "Connects to the endpoints and subscribers, and posts nothing.")
  private boolean noPosts;

  @Option(
      names = "--send-notice",
      description = "Sends a test notice to those who are told of trouble by mail.")
  private boolean sendNotice;

  @Option(
      names = "--as-service",
      description = "A secret that can't be read is an error, as it is for the service.")
  private boolean asService;

  @Override
  public Integer call() {
    CommandLine line = Main.line(spec);
    Doctor doctor =
        new Doctor(
            new Doctor.Instruments(
                Main.CLOCK,
                World.real().chance(),
                JndiDns.ofThisMachine(),
                Machine.here(System.getenv())));
    List<Finding> findings =
        doctor.examine(
            new Doctor.Order(
                Main.present(configOption).file(line), !noPosts, sendNotice, asService));
    if (json) {
      line.getOut().println(IndentedJson.of(findings.stream().map(DoctorCommand::fields).toList()));
    } else {
      print(findings, line.getOut());
    }
    return exitCode(findings);
  }

  static int exitCode(List<Finding> findings) {
    if (count(findings, Level.ERROR) > 0) {
      return 1;
    }
    return count(findings, Level.WARNING) > 0 ? WARNINGS : 0;
  }

  private static Map<String, String> fields(Finding finding) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("level", word(finding));
    fields.put("subject", finding.subject());
    fields.put("text", finding.text());
    fields.put("cure", finding.cure());
    return fields;
  }

  private static void print(List<Finding> findings, PrintWriter out) {
    for (Finding finding : findings) {
      out.println("%-7s  %s: %s".formatted(word(finding), finding.subject(), finding.text()));
      if (!finding.cure().isEmpty()) {
        out.println("         -> " + finding.cure());
      }
    }
    out.println(
        "%d errors, %d warnings"
            .formatted(count(findings, Level.ERROR), count(findings, Level.WARNING)));
  }

  private static String word(Finding finding) {
    return finding.level().name().toLowerCase(Locale.ROOT);
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
