package io.postern;

import io.postern.config.Config;
import io.postern.console.Console;
import io.postern.console.Controls;
import io.postern.console.Token;
import io.postern.delivery.Dispatcher;
import io.postern.feed.Feed;
import io.postern.feed.Roster;
import io.postern.feed.SubscriberFiles;
import io.postern.feed.Subscribers;
import io.postern.intake.Intake;
import io.postern.intake.MessageMemory;
import io.postern.journal.Journal;
import io.postern.journal.Query;
import io.postern.journal.Row;
import io.postern.journal.StoreUnavailable;
import io.postern.mail.Ids;
import io.postern.policy.SelfMail;
import io.postern.queue.Done;
import io.postern.queue.MailQueue;
import io.postern.queue.Order;
import io.postern.queue.Retention;
import io.postern.rules.Book;
import io.postern.rules.RuleFiles;
import io.postern.settings.LiveFiles;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.smtp.Listener;
import io.postern.store.sqlite.SqliteStore;
import io.postern.tls.LiveCertificate;
import io.postern.watch.Checkup;
import io.postern.watch.Parts;
import io.postern.watch.Readiness;
import io.postern.watch.Troubles;
import io.postern.watch.Watch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One gateway, wired from its parts: the only class that knows them all.
public final class Gateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);

  /// The part of the heap that events may take, and bodies made of them another one.
  private static final int FEED_HEAP_SHARE = 8;

  private final Running running;
  private final @Nullable Console console;

  private Gateway(Running running, @Nullable Console console) {
    this.running = running;
    this.console = console;
  }

  /// What a gateway runs, all but the console, which tells of it.
  ///
  /// @param parts what is looked at by who tells of it
  private record Running(
      SqliteStore store,
      Parts parts,
      Retention retention,
      Intake intake,
      Barred barred,
      Listener listener,
      Lookout lookout,
      Readiness readiness,
      Hearsay hearsay,
      Troubles troubles) {
    /// See [Gateway#turns].
    Map<String, Long> turns() {
      Map<String, Long> turns = new TreeMap<>(lookout.turns());
      turns.put("writer", store.turns());
      turns.put("dispatcher", parts.dispatcher().turns());
      turns.put("retention", retention.turns());
      if (parts.subscribers() != null) {
        turns.put("feed", parts.subscribers().feed().turns());
      }
      return turns;
    }

    /// Has all who may have something to do look for it.
    void wake() {
      parts.dispatcher().wake();
      if (parts.subscribers() != null) {
        parts.subscribers().feed().wake();
      }
    }
  }

  /// What is open while more is being opened: a start that fails closes it, the last one first.
  private static final class Opened implements AutoCloseable {
    private final Deque<Runnable> closings = new ArrayDeque<>();

    void add(Runnable closing) {
      closings.push(closing);
    }

    /// All is open: from now on somebody else closes it.
    void handOver() {
      closings.clear();
    }

    @Override
    public void close() {
      closings.forEach(Runnable::run);
    }
  }

  /// Opens the store, takes the rules, and starts to listen and to deliver.
  ///
  /// @param config the configuration
  /// @param environment the process's environment variables, where secrets can stand
  /// @param world the outside things
  /// @throws IOException when an address is taken, or the certificate can't be used
  /// @throws StoreUnavailable when the store can't be opened, or another gateway has it
  public static Gateway open(Config config, Map<String, String> environment, World world)
      throws IOException, StoreUnavailable {
    try (Opened opened = new Opened()) {
      Running running = running(config, environment, world, opened);
      @Nullable Console console = null;
      if (config.console() != null) {
        console = console(config.console(), config.stateFolder(), world, running);
        opened.add(console::close);
      }
      Gateway gateway = new Gateway(running, console);
      gateway.start();
      opened.handOver();
      return gateway;
    }
  }

  private static Running running(
      Config config, Map<String, String> environment, World world, Opened opened)
      throws IOException, StoreUnavailable {
    SqliteStore store = SqliteStore.open(storeSettings(config), world.clock());
    opened.add(store::close);
    LiveFiles<Book> books = books(config, environment, store, world.clock());
    Hearsay hearsay = Hearsay.of(config, world);
    opened.add(hearsay::close);
    Dispatcher dispatcher = dispatcher(config, world, store, books, hearsay);
    opened.add(dispatcher::close);
    @Nullable Subscribers subscribers =
        subscribers(config, environment, world, store, books, hearsay);
    if (subscribers != null) {
      opened.add(subscribers::close);
    }
    LiveCertificate certificate = certificate(config, world);
    Barred barred = new Barred(store);
    barred.look();
    Retention retention =
        new Retention(store, config.retention(), world.clock(), lastRow(store, world.clock()));
    opened.add(retention::close);
    Lookout lookout = new Lookout(books, certificate, dispatcher, subscribers);
    opened.add(lookout::stop);
    Ids ids = new Ids(world.clock(), world.chance());
    Intake intake =
        new Intake(
            new Intake.Parts(
                store,
                store,
                books::current,
                config.policy().domains(),
                new SelfMail(config.policy()),
                barred,
                MessageMemory.ofHeap(),
                ids,
                world.clock()),
            config.intake());
    Listener listener =
        Listener.open(
            config.smtp(),
            intake,
            ids,
            certificate == null ? Optional::empty : certificate::engine);
    opened.add(listener::close);
    Parts parts =
        new Parts(store, store::fault, books, dispatcher, certificate, subscribers, world.clock());
    return new Running(
        store,
        parts,
        retention,
        intake,
        barred,
        listener,
        lookout,
        new Readiness(store, store::fault, books),
        hearsay,
        new Troubles(parts));
  }

  private static LiveFiles<Book> books(
      Config config, Map<String, String> environment, SqliteStore store, InstantSource clock) {
    RuleFiles files = new RuleFiles(config.rules(), environment, Severity.WARNING);
    LiveFiles<Book> books = new LiveFiles<>(files, new RuleShelf(store), clock);
    books.start();
    return books;
  }

  /// When the status log was written to last; now when it is empty.
  private static Instant lastRow(SqliteStore store, InstantSource clock) throws StoreUnavailable {
    return store.after(store.newest() - 1, Query.ALL, 1).stream()
        .map(Row::at)
        .findFirst()
        .orElseGet(clock::instant);
  }

  private static Dispatcher dispatcher(
      Config config, World world, SqliteStore store, LiveFiles<Book> books, Hearsay hearsay) {
    return new Dispatcher(
        new Dispatcher.Parts(
            store,
            books::current,
            world.couriers().apply(config.delivery()),
            config.gateway(),
            world.clock(),
            world.chance(),
            hearsay),
        config.delivery());
  }

  /// Reads the files of the subscribers; nothing is told yet.
  ///
  /// @return null when the configuration names none
  private static @Nullable Subscribers subscribers(
      Config config,
      Map<String, String> environment,
      World world,
      SqliteStore store,
      LiveFiles<Book> books,
      Hearsay hearsay)
      throws StoreUnavailable {
    io.postern.feed.@Nullable Settings settings = config.subscribers();
    if (settings == null) {
      // Those of an earlier configuration keep nothing back any more.
      store.keep(List.of(), world.clock().instant());
      return null;
    }
    LiveFiles<Roster> files =
        new LiveFiles<>(
            new SubscriberFiles(settings, environment, Severity.WARNING),
            new Shelf(store, "subscribers"),
            world.clock());
    files.start();
    Feed feed =
        new Feed(
            new Feed.Parts(
                store,
                files::current,
                books::current,
                world.couriers().apply(config.delivery()),
                config.gateway(),
                world.clock(),
                world.chance(),
                hearsay),
            new Feed.Limits(
                config.retention().log(),
                config.delivery().stopGrace(),
                Runtime.getRuntime().maxMemory() / FEED_HEAP_SHARE));
    return new Subscribers(files, feed, store);
  }

  private static Console console(
      io.postern.console.Settings settings, Path stateFolder, World world, Running running)
      throws IOException {
    return Console.open(
        settings,
        new Console.Parts(
            new Checkup(running.parts(), running.hearsay()::hindrance)::health,
            running.readiness()::hindrances,
            watch(running)::page,
            controls(running, world.clock()),
            Token.make(stateFolder, world.chance())));
  }

  private static Controls controls(Running running, InstantSource clock) {
    return order -> {
      Done done = carriedOut(order, running, clock);
      if (order instanceof Order.Block || order instanceof Order.Unblock) {
        running.barred().look();
      }
      @Nullable Subscribers subscribers = running.parts().subscribers();
      if (order instanceof Order.ResumeSubscriber(String name) && subscribers != null) {
        subscribers.feed().resume(name);
      }
      running.wake();
      return done;
    };
  }

  private static Done carriedOut(Order order, Running running, InstantSource clock)
      throws StoreUnavailable {
    try {
      return order.by(running.store(), clock.instant());
    } finally {
      // Also when it broke off: some may be erased.
      @Nullable Subscribers subscribers = running.parts().subscribers();
      if (order instanceof Order.Forget && subscribers != null) {
        subscribers.feed().reread();
      }
    }
  }

  private static Watch watch(Running running) {
    SqliteStore store = running.store();
    return new Watch(
        running.parts(),
        new Watch.Door(running.listener(), running.intake()),
        new Watch.Kept(store, store::figures),
        new Watch.Whole(
            version(), running.readiness()::isReady, running::turns, running.hearsay()::counts));
  }

  /// The version that the build wrote into the jar's manifest. Classes run from a directory have
  /// none.
  public static String version() {
    @Nullable String version = Gateway.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  /// The certificate, unless nothing is to be encrypted. That no certificate can be made is no
  /// reason to take no mail, if all of it may come in clear text; files that somebody configured
  /// must be good at the start.
  private static @Nullable LiveCertificate certificate(Config config, World world)
      throws IOException {
    if (config.tls() == null) {
      return null;
    }
    LiveCertificate certificate = new LiveCertificate(config.tls(), world.clock(), world.chance());
    LiveCertificate.State state = certificate.start();
    boolean isNeeded =
        !config.tls().selfMade()
            || !config.smtp().tls().listen().isEmpty()
            || !config.intake().tlsRequired().isEmpty();
    if (state.identity() == null && isNeeded) {
      throw new IOException(
          state.problems().stream().map(Problem::toString).collect(Collectors.joining("; ")));
    }
    return certificate;
  }

  /// Where a configuration's store is, and what it leaves free.
  public static io.postern.store.sqlite.Settings storeSettings(Config config) {
    return io.postern.store.sqlite.Settings.of(config.store(), config.diskReserveBytes());
  }

  private void start() {
    running.parts().dispatcher().start();
    if (running.parts().subscribers() != null) {
      running.parts().subscribers().start();
    }
    running.retention().start();
    running.lookout().start();
    running.hearsay().start(running.troubles()::look);
    running.readiness().started();
    log.atInfo()
        .addKeyValue("smtp", smtpAddresses())
        .addKeyValue("book", books().version())
        .log("ready");
  }

  /// Takes the rule files as they are now, even when most rules are gone from them, and the
  /// certificate's.
  ///
  /// @return what is in force after that, and what is wrong with the files
  public LiveFiles.State<Book> reload() {
    Parts parts = running.parts();
    LiveFiles.State<Book> state = parts.books().reload();
    parts.dispatcher().wake();
    if (parts.subscribers() != null) {
      parts.subscribers().reload();
    }
    if (parts.certificate() != null) {
      parts.certificate().reload();
    }
    return state;
  }

  /// Has the dispatcher look at the queue now, and the feed at its subscribers: for a test that has
  /// turned the clock.
  void wake() {
    running.wake();
  }

  /// Looks for what people are to be told, and tells them: for a test that has turned the clock.
  ///
  /// @return true when the relay took a mail
  boolean tell() {
    return running.hearsay().tell(running.troubles().look());
  }

  /// How often the dispatcher has looked at the queue: for a test that waits for nothing to happen.
  long looks() {
    return running.parts().dispatcher().looks();
  }

  /// How many attempts are in flight.
  int inFlight() {
    return running.parts().dispatcher().inFlight();
  }

  /// Where it listens for mail.
  public List<InetSocketAddress> smtpAddresses() {
    return running.listener().addresses();
  }

  /// Where its console listens; empty when it has none.
  Optional<InetSocketAddress> consoleAddress() {
    return Optional.ofNullable(console).map(Console::address);
  }

  /// The rules in force, and how the files stand to them.
  public LiveFiles.State<Book> books() {
    return running.parts().books().state();
  }

  /// The certificate in force, and how its files stand to it; empty when nothing is encrypted.
  public Optional<LiveCertificate.State> certificate() {
    return Optional.ofNullable(running.parts().certificate()).map(LiveCertificate::state);
  }

  /// How often each loop has turned, by its name. Each turns every few seconds at least, also while
  /// it meets trouble; one whose number stands still hangs.
  public Map<String, Long> turns() {
    return running.turns();
  }

  /// How it does, in one line for a person: what hinders it most, else what it works with. Asks
  /// nothing that could make it wait.
  public String status() {
    Optional<String> hindrance = running.readiness().words();
    LiveFiles.State<Book> rules = books();
    if (hindrance.isPresent() || rules.whole() == null) {
      return hindrance.orElse("the rules are just being read");
    }
    String listens =
        smtpAddresses().stream()
            .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort())
            .collect(Collectors.joining(", "));
    return "takes mail at %s; %d rules, version %s%s"
        .formatted(
            listens,
            rules.whole().rules().size(),
            rules.version(),
            rules.stale() ? ", not those on disk: see postern check" : "");
  }

  /// Its status log.
  public Journal journal() {
    return running.store();
  }

  /// Its queue.
  public MailQueue queue() {
    return running.store();
  }

  /// Stops in the order of the road: no new mail, then no new posts, then the store. Transactions
  /// and posts that run get a bounded time; attempts and the posts to subscribers the same one.
  @Override
  public void close() {
    log.info("stopping");
    running.readiness().stopping();
    running.listener().close();
    running.hearsay().close();
    running.lookout().stop();
    try (ExecutorService bothAtOnce = Executors.newVirtualThreadPerTaskExecutor()) {
      bothAtOnce.execute(running.parts().dispatcher()::close);
      if (running.parts().subscribers() != null) {
        bothAtOnce.execute(running.parts().subscribers()::close);
      }
    }
    if (console != null) {
      console.close();
    }
    running.retention().close();
    running.store().close();
    log.info("stopped");
  }
}
