package io.postern.cli;

import io.postern.journal.Csv;
import io.postern.journal.Journal;
import io.postern.journal.Posting;
import io.postern.journal.PostingCsv;
import io.postern.journal.Postings;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `postern log`: searches the status log.
@Command(
    name = "log",
    description = "Searches the status log: one row each time a delivery changed its state.",
    footer = {
      "",
      "A time is RFC 3339 (2026-01-31T09:00:00Z), a day (2026-01-31, from its start, UTC),",
      "or how long ago (90s, 15m, 2h, 3d).",
      "The newest 100 rows can be shown, 10 a page; --csv writes them all, oldest first."
    })
final class LogCommand implements Callable<Integer> {
  private static final int SHOWN_MAX = 100;
  private static final int PAGE = 10;
  private static final int FOLLOW_BATCH = 1000;
  private static final String OLDER = "(newest last; older rows: --page %d)";

  @Mixin private @Nullable StoreOption store;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--status",
      split = ",",
      paramLabel = "STATUS",
      description = "Only these: queued, succeeded, deferred, failed, denied.")
  private List<String> statuses = new ArrayList<>();

  @Option(names = "--to", description = "Only recipients that contain this.")
  private String to = "";

  @Option(names = "--from", description = "Only senders that contain this.")
  private String from = "";

  @Option(names = "--rule", description = "Only this rule (filter name).")
  private String rule = "";

  @Option(names = "--since", paramLabel = "TIME", description = "Only rows of this time or later.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Only rows before this time.")
  private @Nullable String until;

  @Option(names = "--now", description = "Only the present state of each delivery.")
  private boolean now;

  @Option(names = "--limit", description = "Rows a page, 1 to 100 (default: ${DEFAULT-VALUE}).")
  private int limit = PAGE;

  @Option(names = "--page", description = "Which page, from 1 (default: ${DEFAULT-VALUE}).")
  private int page = 1;

  @Option(
      names = "--subscribers",
      description =
          "The subscribers' log in place of it: one row for each post of events (with --status,"
              + " --subscriber, --since, --until, --limit, --page and --csv).")
  private boolean subscribers;

  @Option(names = "--subscriber", paramLabel = "NAME", description = "Only this subscriber.")
  private String subscriber = "";

  @Option(names = "--csv", description = "Writes every matching row as CSV.")
  private boolean csv;

  @Option(names = "--follow", description = "Goes on with new rows until it is interrupted.")
  private boolean follow;

  @Override
  public Integer call() throws StoreUnavailable, IOException, InterruptedException {
    CommandLine line = Main.line(spec);
    Query query = query(line);
    if (limit < 1 || page < 1 || (long) limit * page > SHOWN_MAX) {
      throw new ParameterException(
          line, "the newest 100 rows can be shown: --limit times --page is at most 100. Use --csv");
    }
    PrintWriter out = line.getOut();
    if (subscribers || !subscriber.isEmpty()) {
      return posts(line, query, out);
    }
    try (var reader = Main.present(store).open(line)) {
      // What is written from here on is for the one that follows.
      long last = reader.newest();
      if (csv) {
        out.print(Csv.heading());
        reader.each(query, row -> out.print(row.number() <= last ? Csv.line(row) : ""));
        out.flush();
      } else if (!follow) {
        show(reader.search(query, (page - 1) * limit, limit), out);
      }
      if (follow) {
        follow(reader, query, last, out);
      }
    }
    return out.checkError() ? 1 : 0;
  }

  private int posts(CommandLine line, Query query, PrintWriter out)
      throws StoreUnavailable, IOException {
    if (now || follow || !to.isEmpty() || !from.isEmpty() || !rule.isEmpty()) {
      throw new ParameterException(
          line, "the subscribers' log has no --to, --from, --rule, --now and --follow");
    }
    Postings.Wanted wanted =
        new Postings.Wanted(query.since(), query.until(), query.statuses(), subscriber);
    try (var reader = Main.present(store).open(line)) {
      if (csv) {
        out.print(PostingCsv.heading());
        reader.eachPosting(wanted, posting -> out.print(PostingCsv.line(posting)));
        out.flush();
      } else {
        List<Posting> rows = reader.postings(wanted, (page - 1) * limit, limit);
        rows.reversed().forEach(posting -> out.println(PostingText.of(posting)));
        if (rows.isEmpty()) {
          out.println(page == 1 ? "no matching rows" : "no more rows");
        } else if (rows.size() == limit && limit * (page + 1) <= SHOWN_MAX) {
          out.println(OLDER.formatted(page + 1));
        }
      }
    }
    return out.checkError() ? 1 : 0;
  }

  private void show(List<Row> rows, PrintWriter out) {
    if (rows.isEmpty()) {
      out.println(page == 1 ? "no matching rows" : "no more rows");
      return;
    }
    for (Row row : rows.reversed()) {
      out.println(RowText.of(row));
    }
    if (rows.size() == limit && limit * (page + 1) <= SHOWN_MAX) {
      out.println(OLDER.formatted(page + 1));
    }
  }

  private void follow(Journal journal, Query query, long from, PrintWriter out)
      throws StoreUnavailable, InterruptedException {
    long last = from;
    // Ends with the process: nothing counts this down.
    CountDownLatch never = new CountDownLatch(1);
    while (!out.checkError()) {
      for (Row row : journal.after(last, query, FOLLOW_BATCH)) {
        out.print(csv ? Csv.line(row) : RowText.of(row) + System.lineSeparator());
        last = row.number();
      }
      out.flush();
      never.await(1, TimeUnit.SECONDS);
    }
  }

  private Query query(CommandLine line) {
    Set<Status> wanted = EnumSet.noneOf(Status.class);
    for (String word : statuses) {
      wanted.add(
          Status.of(word)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          line,
                          "--status "
                              + word
                              + ": write queued, succeeded, deferred, failed or denied")));
    }
    return new Query(
        TimeOption.parse(line, "--since", since),
        TimeOption.parse(line, "--until", until),
        wanted,
        from,
        to,
        rule,
        now);
  }
}
