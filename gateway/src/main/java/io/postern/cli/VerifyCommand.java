package io.postern.cli;

import io.postern.Gateway;
import io.postern.journal.StoreUnavailable;
import io.postern.store.sqlite.Settings;
import io.postern.store.sqlite.SqliteVerification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern verify`: is everything there that was kept?
@Command(
    name = "verify",
    description = "Looks through a store or a backup for damage, and changes nothing.",
    footer = {
      "",
      "Looked at are the schema's version, every page of the database, rows that belong together,",
      "every message (whole, and its checksums), the segment files, and the ledger. The gateway"
          + " may",
      "run meanwhile; the write-ahead log grows by what is written while the pages are read.",
      "Exit code 1 when something is damaged, or when the store can't be opened."
    })
final class VerifyCommand implements Callable<Integer> {
  @Mixin private @Nullable ConfigOption configOption;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "A backup (default: the store of the configuration).")
  private @Nullable Path file;

  @Override
  public Integer call() throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    List<SqliteVerification.Finding> findings = SqliteVerification.run(settings(line));
    for (SqliteVerification.Finding finding : findings) {
      line.getOut()
          .println(
              "%-9s %s: %s"
                  .formatted(finding.part(), finding.sound() ? "ok" : "DAMAGED", finding.text()));
      finding.places().forEach(place -> line.getOut().println("  " + place));
    }
    boolean isSound = findings.stream().allMatch(SqliteVerification.Finding::sound);
    line.getOut().println(isSound ? "sound" : "damaged");
    return isSound ? 0 : 1;
  }

  private Settings settings(CommandLine line) throws IOException {
    @Nullable Path named = file;
    if (named == null) {
      return Gateway.storeSettings(Main.present(configOption).require(line));
    }
    if (named.toString().contains("?")) {
      throw new ParameterException(line, named + ": a database's path can't hold a question mark");
    }
    return Settings.of(named, 0);
  }
}
