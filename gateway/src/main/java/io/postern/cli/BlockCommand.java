package io.postern.cli;

import io.postern.journal.CleanText;
import io.postern.journal.StoreUnavailable;
import io.postern.journal.Times;
import io.postern.policy.BlockedSenders;
import io.postern.queue.Blocklist.Block;
import io.postern.queue.Order;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `postern block`: the senders that nothing is taken from.
@Command(
    name = "block",
    description = "Lists, adds and removes senders whose mail is refused.",
    synopsisSubcommandLabel = "(list | add | remove)")
final class BlockCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Main.line(spec), "write: postern block list, add SENDER or remove SENDER");
  }

  @Command(name = "list", description = "Lists the blocked senders.")
  int list(@Mixin StoreOption store) throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    try (SqliteReader reader = store.open(line)) {
      List<Block> blocks = reader.blocks();
      blocks.forEach(
          block ->
              line.getOut()
                  .println(
                      "%s  blocked since %s%s"
                          .formatted(
                              CleanText.of(block.sender()),
                              Times.text(block.since()),
                              block.reason().isEmpty() ? "" : ": " + block.reason())));
      if (blocks.isEmpty()) {
        line.getOut().println("no sender is blocked");
      }
    }
    return 0;
  }

  @Command(
      name = "add",
      description = "Refuses mail from a sender from now on, by the reverse-path or the From.",
      footer = {
        "",
        "A mail for postmaster is taken all the same. A gateway that runs acts on it at once.",
        "Exit code 1 when the sender is blocked already."
      })
  int add(
      @Mixin ConfigOption config,
      @Parameters(
              paramLabel = "SENDER",
              description = "An address, a domain, or *.DOMAIN for all that lies below one.")
          String sender,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the status log.")
          @Nullable String reason)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    String entry = entry(sender, line);
    Order order = new Order.Block(entry, reason == null ? "" : CleanText.of(reason.strip()));
    boolean added = Errand.run(config.require(line), order).count() > 0;
    line.getOut().println(entry + (added ? " is blocked" : " was blocked already"));
    return added ? 0 : 1;
  }

  @Command(name = "remove", description = "Takes mail from a sender again.")
  int remove(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "SENDER", description = "As postern block list shows it.")
          String sender)
      throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    String entry = entry(sender, line);
    boolean removed = Errand.run(config.require(line), new Order.Unblock(entry)).count() > 0;
    line.getOut().println(entry + (removed ? " is not blocked any more" : " was not blocked"));
    return removed ? 0 : 1;
  }

  private static String entry(String sender, CommandLine line) {
    return BlockedSenders.entry(sender)
        .orElseThrow(
            () ->
                new CommandLine.ParameterException(
                    line,
                    "'"
                        + CleanText.of(sender)
                        + "' is no sender; write an address, a domain, or *. and a domain"));
  }
}
