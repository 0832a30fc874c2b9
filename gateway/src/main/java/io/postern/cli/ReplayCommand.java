package io.postern.cli;

import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Choice;
import io.postern.queue.Choice.State;
import io.postern.queue.Order;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `postern replay`: delivers again what is over.
@Command(
    name = "replay",
    description = "Delivers again what has failed or succeeded, while it is kept.",
    footer = {
      "",
      "A replayed delivery keeps its id (webhook-id); its attempts count on, and its retry period",
      "begins anew. With --to-rule what waits is moved, too, such as that of a rule that is gone.",
      "",
      "A time is RFC 3339 (2026-01-31T09:00:00Z), a day (2026-01-31, from its start, UTC),",
      "or how long ago (90s, 15m, 2h, 3d)."
    })
final class ReplayCommand implements Callable<Integer> {
  @Mixin private @Nullable ConfigOption configOption;
  @Mixin private @Nullable Consent consent;
  @Mixin private @Nullable DeliveryIds deliveryIds;
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--rule", description = "Only this rule (filter name).")
  private String rule = "";

  @Option(
      names = "--status",
      split = ",",
      paramLabel = "STATUS",
      description =
          "Only these: failed, succeeded, waiting (default: failed; with --to-rule failed,waiting)."
              + " waiting needs --to-rule.")
  private List<String> statuses = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what ended (of what waits: was received) at this time or later.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Only what ended before this time.")
  private @Nullable String until;

  @Option(names = "--to-rule", paramLabel = "RULE", description = "Delivers by this rule instead.")
  private String toRule = "";

  @Override
  public Integer call() throws StoreUnavailable, IOException {
    CommandLine line = Main.line(spec);
    List<String> ids = Main.present(deliveryIds).all();
    boolean byFilter = !rule.isEmpty() || !statuses.isEmpty() || since != null || until != null;
    if (ids.isEmpty() != byFilter) {
      throw new ParameterException(
          line, "write ids, or at least one of --rule, --status, --since and --until");
    }
    Choice choice =
        new Choice(
            "",
            rule,
            states(line),
            TimeOption.parse(line, "--since", since),
            TimeOption.parse(line, "--until", until));
    Config config = Main.present(configOption).require(line);
    if (!toRule.isEmpty()) {
      // A name that was mistyped would hold the deliveries for good.
      RulesOption.rule(config, toRule, line);
    }
    return ids.isEmpty() ? replay(config, choice, line) : replayEach(ids, config, line);
  }

  private int replayEach(List<String> ids, Config config, CommandLine line)
      throws StoreUnavailable, IOException {
    int exit = 0;
    for (String id : ids) {
      long done = Errand.run(config, new Order.Replay(Choice.of(id), toRule)).count();
      line.getOut()
          .println(
              done == 0
                  ? id + ": nothing to replay: it waits, is not kept any more, or is unknown"
                  : id + ": " + DeliveryIds.text(done) + " replayed");
      exit = done == 0 ? 1 : exit;
    }
    return exit;
  }

  private int replay(Config config, Choice choice, CommandLine line)
      throws StoreUnavailable, IOException {
    long count;
    try (SqliteReader reader = StoreOption.open(config)) {
      count = reader.count(choice);
    }
    if (count == 0) {
      line.getOut().println("nothing to replay");
      return 1;
    }
    String doing =
        DeliveryIds.text(count) + " to replay" + (toRule.isEmpty() ? "" : " by rule " + toRule);
    if (!Main.present(consent).isGiven(line, doing)) {
      return 1;
    }
    long done = Errand.run(config, new Order.Replay(choice, toRule)).count();
    line.getOut().println(DeliveryIds.text(done) + " replayed");
    return 0;
  }

  private Set<State> states(CommandLine line) {
    if (statuses.isEmpty()) {
      return toRule.isEmpty() ? Set.of(State.FAILED) : Set.of(State.FAILED, State.WAITING);
    }
    Set<State> states = EnumSet.noneOf(State.class);
    for (String word : statuses) {
      states.add(state(line, word));
    }
    if (states.contains(State.WAITING) && toRule.isEmpty()) {
      throw new ParameterException(line, "--status waiting needs --to-rule: it is tried anyway");
    }
    return states;
  }

  private static State state(CommandLine line, String word) {
    for (State state : State.values()) {
      if (state.name().equals(word.toUpperCase(Locale.ROOT))) {
        return state;
      }
    }
    throw new ParameterException(line, "--status " + word + ": write failed, succeeded or waiting");
  }
}
