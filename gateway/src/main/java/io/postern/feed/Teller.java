package io.postern.feed;

import io.postern.feed.Subscriber.Selection;
import io.postern.journal.BlockChange;
import io.postern.journal.Entry;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Message;
import io.postern.mime.ParsedMail;
import io.postern.queue.CursorView;
import io.postern.rules.Book;
import io.postern.rules.Rule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes events of what stands in the log, those that a subscriber selects. Holds no state; any
/// thread may use it.
///
/// @param books the rules in force, which know their accounts
/// @param log where mails are that may be reports
record Teller(Supplier<Optional<Book>> books, CursorView log) {
  private static final Logger logger = LoggerFactory.getLogger(Teller.class);

  private static final int VERSION_DIGITS = 16;

  /// Of how [Gathering] parts a batch into posts; another one for each other way. Builds before
  /// there was a number put the posts into the order of their first events.
  private static final String PARTING = "2";

  /// Between what the subscriber's file decides and what the rules do.
  private static final String SEPARATOR = ".";

  /// The events of an entry that are selected; none for most of a narrow selection.
  List<Event> events(Entry entry, Selection selection) throws StoreUnavailable {
    return switch (entry) {
      case Entry.Logged logged -> events(logged, selection);
      case Entry.Changed(BlockChange change) ->
          selection.types().contains(Event.Type.BLOCKS)
              ? List.of(new Event.Blocked(change))
              : List.of();
    };
  }

  private List<Event> events(Entry.Logged logged, Selection selection) throws StoreUnavailable {
    Row row = logged.row();
    String rule = row.step().rule();
    String account = account(logged);
    boolean isWanted =
        (selection.rules().isEmpty() || selection.rules().contains(rule))
            && (selection.accounts().isEmpty() || selection.accounts().contains(account));
    if (!isWanted) {
      return List.of();
    }
    List<Event> events = new ArrayList<>();
    if (selection.types().contains(Event.Type.DELIVERIES)
        && selection.statuses().contains(row.status())) {
      events.add(new Event.Change(row, logged.mail(), account));
    }
    if (selection.types().contains(Event.Type.BOUNCES) && isReport(logged, selection)) {
      int place = 1;
      for (BounceReport report : reports(row)) {
        events.add(new Event.Bounced(row, logged.mail(), account, report, place++));
      }
    }
    return events;
  }

  /// True for the row by which a mail came that may be a report. Of a mail that several rules took
  /// it is the first one's, unless the subscriber hears of some rules only: then each that it hears
  /// of, for nobody knows here what became of the others. A replay is no new mail.
  private static boolean isReport(Entry.Logged logged, Selection selection) {
    Row row = logged.row();
    boolean hasAll = selection.rules().isEmpty() && selection.accounts().isEmpty();
    return logged.mail().report()
        && row.status() == Status.QUEUED
        && row.reason().isEmpty()
        && (!hasAll || row.step().delivery().endsWith("-1"));
  }

  /// What the row's mail reports. A mail that the store has, and can't read whole, is not told of:
  /// it would hold up all that comes behind it.
  private List<BounceReport> reports(Row row) throws StoreUnavailable {
    String mail = row.step().mail();
    Optional<Message> message = log.message(mail);
    if (message.isEmpty()) {
      return List.of();
    }
    try {
      return BounceReader.read(ParsedMail.parse(message.get()));
    } catch (IOException e) {
      if (e.getCause() instanceof StoreUnavailable unavailable) {
        throw unavailable;
      }
      logger
          .atError()
          .addKeyValue("mail", mail)
          .log("a report could not be read: {}", e.getMessage());
      return List.of();
    }
  }

  /// The statuses of rows that can have such events.
  static Set<Status> statuses(Selection selection) {
    Set<Status> statuses = EnumSet.noneOf(Status.class);
    if (selection.types().contains(Event.Type.DELIVERIES)) {
      statuses.addAll(selection.statuses());
    }
    if (selection.types().contains(Event.Type.BOUNCES)) {
      statuses.add(Status.QUEUED);
    }
    return statuses;
  }

  /// What decides which events are in a batch, and in which of its posts: with the same, the same
  /// rows come to the same posts.
  String version(Subscriber subscriber) {
    return version(subscriber, fileVersion(subscriber));
  }

  /// @param file the subscriber's [#fileVersion]
  String version(Subscriber subscriber, String file) {
    String book = hasAccounts(subscriber) ? books.get().map(Book::version).orElse("") : "";
    return file + SEPARATOR + book;
  }

  /// The part of the version that the subscriber's file decides.
  static String fileVersion(Subscriber subscriber) {
    Selection selection = subscriber.selection();
    boolean byAccount = subscriber.batching().byAccount();
    String all =
        String.join(
            "\n",
            PARTING,
            new TreeSet<>(selection.types()).toString(),
            new TreeSet<>(selection.statuses()).toString(),
            new TreeSet<>(selection.rules()).toString(),
            new TreeSet<>(selection.accounts()).toString(),
            Boolean.toString(byAccount),
            Integer.toString(subscriber.dialect().format().eventsMax()));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, VERSION_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// Why a batch is to be parted anew, when its version is another one.
  static String difference(String before, String now) {
    String file = now.substring(0, now.indexOf(SEPARATOR) + 1);
    return before.startsWith(file)
        ? "the rules were changed, and with them their accounts may be"
        : "its subscriber's file was changed";
  }

  /// False while it can't be said which events are for the subscriber: no rules are in force that
  /// would tell their accounts.
  boolean isReady(Subscriber subscriber) {
    return !hasAccounts(subscriber) || books.get().isPresent();
  }

  private static boolean hasAccounts(Subscriber subscriber) {
    return subscriber.batching().byAccount() || !subscriber.selection().accounts().isEmpty();
  }

  /// A rule whose file is gone is in the account that it was in last.
  private String account(Entry.Logged logged) {
    return books
        .get()
        .flatMap(book -> book.rule(logged.row().step().rule()))
        .map(Rule::account)
        .orElse(logged.account());
  }
}
