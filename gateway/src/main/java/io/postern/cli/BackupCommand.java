package io.postern.cli;

import io.postern.Gateway;
import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.store.sqlite.SqliteBackup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern backup`: the whole store in one file.
@Command(
    name = "backup",
    description = "Writes the whole store into one file, while the gateway runs or not.",
    footer = {
      "",
      "The file holds all mail that was accepted before the command began, and the status log. To",
      "restore it, stop the gateway, move the old database away with its -wal, -shm and -segments,",
      "and put the file in its place. What was delivered since is delivered again, with the same",
      "webhook-id.",
      "A file that exists is never overwritten. Nothing waits for the backup; the write-ahead log",
      "grows by what is written while it copies the database.",
      "Exit code 1 when there is no backup, or when messages in it are damaged as they are in the",
      "store."
    })
final class BackupCommand implements Callable<Integer> {
  @Mixin private @Nullable ConfigOption configOption;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The file to make; only its owner can read it.")
  private @Nullable Path file;

  @Override
  public Integer call() throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    Config config = Main.present(configOption).require(line);
    Path target = Main.present(file);
    if (target.toString().contains("?")) {
      throw new ParameterException(line, target + ": a database's path can't hold a question mark");
    }
    SqliteBackup.Made made = SqliteBackup.write(Gateway.storeSettings(config), target);
    line.getOut()
        .println(
            "%s: %s, %d KB"
                .formatted(
                    target,
                    made.mails() == 1 ? "1 mail" : made.mails() + " mails",
                    made.bytes() / 1024));
    if (made.damaged() > 0) {
      line.getErr()
          .println(
              "postern: %d pieces of messages are damaged in the store, and so in the backup; keep"
                      .formatted(made.damaged())
                  + " the backup before this one, and see: postern verify");
      return 1;
    }
    return 0;
  }
}
