package io.postern;

import io.postern.config.Config;
import io.postern.console.Console;
import io.postern.console.Controls;
import io.postern.console.Token;
import io.postern.delivery.Courier;
import io.postern.delivery.Dispatcher;
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
import io.postern.rules.LiveBook;
import io.postern.rules.RuleFiles;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.smtp.Listener;
import io.postern.store.sqlite.SqliteStore;
import io.postern.tls.LiveCertificate;
import io.postern.watch.Watch;
import io.postern.webhook.Payload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One gateway, wired from its parts: the only class that knows them all.
public final class Gateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);

  private final Running running;
  private final SqliteStore store;
  private final LiveBook books;
  private final @Nullable LiveCertificate certificate;
  private final Dispatcher dispatcher;
  private final @Nullable Subscribers subscribers;
  private final Listener listener;
  private final @Nullable Console console;

  private Gateway(Running running, @Nullable Console console) {
    this.running = running;
    this.store = running.store();
    this.books = running.books();
    this.certificate = running.certificate();
    this.dispatcher = running.dispatcher();
    this.subscribers = running.subscribers();
    this.listener = running.listener();
    this.console = console;
  }

  /// What a gateway runs, all but the console, which tells of it.
  private record Running(
      SqliteStore store,
      LiveBook books,
      @Nullable LiveCertificate certificate,
      Dispatcher dispatcher,
      @Nullable Subscribers subscribers,
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
      turns.put("dispatcher", dispatcher.turns());
      turns.put("retention", retention.turns());
      if (subscribers != null) {
        turns.put("feed", subscribers.feed().turns());
      }
      return turns;
    }

    /// Has all who may have something to do look for it.
    void wake() {
      dispatcher.wake();
      if (subscribers != null) {
        subscribers.feed().wake();
      }
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
    SqliteStore store = SqliteStore.open(storeSettings(config), world.clock());
    Courier courier = world.couriers().apply(config.delivery());
    Dispatcher dispatcher = null;
    @Nullable Subscribers subscribers = null;
    Listener listener = null;
    try {
      LiveBook books = books(config, environment, store, world.clock());
      Hearsay hearsay = Hearsay.of(config, world);
      dispatcher = dispatcher(config, world, store, books, courier, hearsay);
      subscribers = Subscribers.of(config, environment, world, store, books, hearsay).orElse(null);
      Barred barred = new Barred(store);
      barred.look();
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
      LiveCertificate certificate = certificate(config, world);
      listener =
          Listener.open(
              config.smtp(),
              intake,
              ids,
              certificate == null ? Optional::empty : certificate::engine);
      Running running =
          new Running(
              store,
              books,
              certificate,
              dispatcher,
              subscribers,
              new Retention(
                  store, config.retention(), world.clock(), lastRow(store, world.clock())),
              intake,
              barred,
              listener,
              new Lookout(books, certificate, dispatcher, subscribers),
              new Readiness(store, store::fault, books),
              hearsay,
              new Troubles(
                  store, store::fault, books, dispatcher, certificate, subscribers, world.clock()));
      Gateway gateway =
          new Gateway(running, config.console() == null ? null : console(config, world, running));
      gateway.start();
      return gateway;
    } catch (IOException | StoreUnavailable | RuntimeException e) {
      // What was opened is closed in the reverse order: nothing may go on half.
      if (listener != null) {
        listener.close();
      }
      if (subscribers != null) {
        subscribers.close();
      }
      courier.close();
      store.close();
      throw e;
    }
  }

  private static LiveBook books(
      Config config, Map<String, String> environment, SqliteStore store, InstantSource clock) {
    RuleFiles files = new RuleFiles(config.rules(), environment, Severity.WARNING);
    LiveBook books = new LiveBook(files, new RuleShelf(store, files), clock);
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
      Config config,
      World world,
      SqliteStore store,
      LiveBook books,
      Courier courier,
      Hearsay hearsay) {
    return new Dispatcher(
        new Dispatcher.Parts(
            store,
            books::current,
            courier,
            new Payload.Gateway(config.hostName().ascii(), config.serverComposition()),
            world.clock(),
            world.chance(),
            hearsay),
        config.delivery());
  }

  private static Console console(Config config, World world, Running running) throws IOException {
    Checkup checkup =
        new Checkup(
            running.store(),
            running.store()::fault,
            running.books(),
            running.dispatcher(),
            running.certificate(),
            running.subscribers(),
            running.hearsay(),
            world.clock(),
            new Patience(Checkup.ANSWER_MAX));
    return Console.open(
        Objects.requireNonNull(config.console()),
        new Console.Parts(
            checkup::health,
            running.readiness()::hindrances,
            watch(running, world.clock())::page,
            controls(running, world.clock()),
            Token.make(config.stateFolder(), world.chance())));
  }

  private static Controls controls(Running running, InstantSource clock) {
    return order -> {
      Done done = carriedOut(order, running, clock);
      if (order instanceof Order.Block || order instanceof Order.Unblock) {
        running.barred().look();
      }
      if (order instanceof Order.ResumeSubscriber(String name) && running.subscribers() != null) {
        running.subscribers().feed().resume(name);
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
      if (order instanceof Order.Forget && running.subscribers() != null) {
        running.subscribers().feed().reread();
      }
    }
  }

  private static Watch watch(Running running, InstantSource clock) {
    SqliteStore store = running.store();
    @Nullable Subscribers subscribers = running.subscribers();
    return new Watch(
        new Watch.Door(running.listener(), running.intake(), running.certificate()),
        new Watch.Inside(store, store, store::figures, running.dispatcher(), running.books()),
        new Watch.Told(subscribers == null ? Map::of : subscribers.feed()::stands, store),
        new Watch.Whole(
            version(),
            running.readiness()::isReady,
            running::turns,
            running.hearsay()::counts,
            clock));
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
    dispatcher.start();
    if (subscribers != null) {
      subscribers.start();
    }
    running.retention().start();
    running.lookout().start();
    running.hearsay().start(running.troubles()::look);
    running.readiness().started();
    log.atInfo()
        .addKeyValue("smtp", smtpAddresses())
        .addKeyValue("book", books.state().version())
        .log("ready");
  }

  /// Takes the rule files as they are now, even when most rules are gone from them, and the
  /// certificate's.
  ///
  /// @return what is in force after that, and what is wrong with the files
  public LiveBook.State reload() {
    LiveBook.State state = books.reload();
    dispatcher.wake();
    if (subscribers != null) {
      subscribers.reload();
    }
    if (certificate != null) {
      certificate.reload();
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
    return dispatcher.looks();
  }

  /// How many attempts are in flight.
  int inFlight() {
    return dispatcher.inFlight();
  }

  /// Where it listens for mail.
  public List<InetSocketAddress> smtpAddresses() {
    return listener.addresses();
  }

  /// Where its console listens; empty when it has none.
  public Optional<InetSocketAddress> consoleAddress() {
    return Optional.ofNullable(console).map(Console::address);
  }

  /// The rules in force, and how the files stand to them.
  public LiveBook.State books() {
    return books.state();
  }

  /// The certificate in force, and how its files stand to it; empty when nothing is encrypted.
  public Optional<LiveCertificate.State> certificate() {
    return Optional.ofNullable(certificate).map(LiveCertificate::state);
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
    LiveBook.State rules = books.state();
    if (hindrance.isPresent() || rules.book() == null) {
      return hindrance.orElse("the rules are just being read");
    }
    String listens =
        smtpAddresses().stream()
            .map(address -> address.getAddress().getHostAddress() + ":" + address.getPort())
            .collect(Collectors.joining(", "));
    return "takes mail at %s; %d rules, version %s%s"
        .formatted(
            listens,
            rules.book().rules().size(),
            rules.version(),
            rules.stale() ? ", not those on disk: see postern check" : "");
  }

  /// Its status log.
  public Journal journal() {
    return store;
  }

  /// Its queue.
  public MailQueue queue() {
    return store;
  }

  /// Stops in the order of the road: no new mail, then no new attempts, then the store.
  /// Transactions and attempts that run get a bounded time.
  @Override
  public void close() {
    log.info("stopping");
    running.readiness().stopping();
    listener.close();
    running.hearsay().close();
    running.lookout().stop();
    if (subscribers != null) {
      subscribers.close();
    }
    dispatcher.close();
    if (console != null) {
      console.close();
    }
    running.retention().close();
    store.close();
    log.info("stopped");
  }
}
