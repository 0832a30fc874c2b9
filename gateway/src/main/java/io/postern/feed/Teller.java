package io.postern.feed;

import io.postern.feed.Event.About;
import io.postern.feed.Subscriber.Selection;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Makes events of rows of the status log, those that a subscriber selects. Holds no state; any
/// thread may use it.
///
/// @param books the rules in force, which know their accounts
record Teller(Supplier<Optional<Book>> books) {
  private static final int VERSION_DIGITS = 16;

  /// The events of a row that are selected; none for most rows of a narrow selection.
  List<Event> events(Row row, Selection selection) {
    String rule = row.step().rule();
    boolean isWanted =
        selection.types().contains(Event.Type.DELIVERIES)
            && selection.statuses().contains(row.status())
            && (selection.rules().isEmpty() || selection.rules().contains(rule));
    if (!isWanted) {
      return List.of();
    }
    String account = account(rule);
    return selection.accounts().isEmpty() || selection.accounts().contains(account)
        ? List.of(new Event.Change(row, About.NONE, account))
        : List.of();
  }

  /// The statuses of rows that can have such events.
  static Set<Status> statuses(Selection selection) {
    return selection.statuses();
  }

  /// What decides which events are in a batch, and in which of its posts: with the same, the same
  /// rows come to the same posts.
  String version(Subscriber subscriber) {
    Selection selection = subscriber.selection();
    boolean byAccount = subscriber.batching().byAccount();
    boolean hasAccounts = byAccount || !selection.accounts().isEmpty();
    String all =
        String.join(
            "\n",
            new TreeSet<>(selection.types()).toString(),
            new TreeSet<>(selection.statuses()).toString(),
            new TreeSet<>(selection.rules()).toString(),
            new TreeSet<>(selection.accounts()).toString(),
            Boolean.toString(byAccount),
            Integer.toString(subscriber.dialect().format().eventsMax()),
            hasAccounts ? books.get().map(Book::version).orElse("") : "");
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, VERSION_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private String account(String rule) {
    return books.get().flatMap(book -> book.rule(rule)).map(Rule::account).orElse("");
  }
}
