package io.postern.config;

import io.postern.config.Config.LogFormat;
import io.postern.mail.Domain;
import io.postern.policy.Mode;
import io.postern.policy.PermittedDomains;
import io.postern.settings.Document;
import io.postern.settings.Judgement;
import io.postern.settings.Network;
import io.postern.settings.Place;
import io.postern.settings.Problem;
import io.postern.settings.Problems;
import io.postern.settings.Section;
import io.postern.settings.Text;
import io.postern.settings.TextFile;
import io.postern.webhook.Payload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the configuration file. Every key it knows stands, with its default, in the file
/// `conf/postern.yaml` as shipped; a test compares them. Each part owns its Settings record; only
/// this room fills them. For one reading.
public final class ConfigFile {
  private static final int HOPS_MAX = io.postern.intake.Settings.HOPS_MAX;
  private static final long DISK_RESERVE_MIN = 64L << 20;
  private static final long DISK_RESERVE_MAX = 1L << 40;
  private static final Duration RETENTION_MAX = Duration.ofDays(3650);
  private static final int DOMAINS_MAX = 10_000;
  private static final int LIST_MAX = 1_000;
  private static final int CODES_MAX = 100;
  private static final Duration STOP_GRACE = Duration.ofSeconds(20);
  private static final int COMPOSITION_CHARS_MAX = 200;
  private static final Pattern HELP_URL =
      Pattern.compile("(?=.{1," + io.postern.smtp.Settings.HELP_MAX + "}$)https?://[!-~]+");
  private static final Domain EXAMPLE_HOST = new Domain("mx.example.com");

  private final Path file;
  private final Section root;
  private final Problems problems;
  private final Map<String, String> environment;

  private ConfigFile(Path file, Section root, Problems problems, Map<String, String> environment) {
    this.file = file;
    this.root = root;
    this.problems = problems;
    this.environment = environment;
  }

  /// Reads the file.
  ///
  /// @param file its path; relative paths in it are relative to its folder
  /// @param environment the process's environment variables; `STATE_DIRECTORY` (systemd.exec(5)) is
  ///   the folder of the store when the file names none
  public static Judgement<Config> read(Path file, Map<String, String> environment) {
    Problems problems = new Problems();
    Optional<Config> config =
        TextFile.read(file, problems)
            .flatMap(text -> Document.read(file, text, environment, problems))
            .flatMap(
                document -> new ConfigFile(file, document.root(), problems, environment).config());
    return config.isPresent() && !problems.hasErrors()
        ? new Judgement.Good<>(config.get(), problems.sorted())
        : new Judgement.Bad<>(problems.sorted());
  }

  /// Every key that is known, as paths such as `smtp.listen`.
  static Set<String> keys() {
    Problems unheard = new Problems();
    Document document = Document.read(Path.of("postern.yaml"), "", Map.of(), unheard).orElseThrow();
    new ConfigFile(Path.of("postern.yaml"), document.root(), unheard, Map.of()).config();
    return document.asked();
  }

  /// A JSON Schema of the file: what the reader asks, told for editors.
  public static Map<String, Object> schema() {
    Problems unheard = new Problems();
    Document questionnaire = Document.questionnaire(unheard);
    new ConfigFile(Path.of("postern.yaml"), questionnaire.root(), unheard, Map.of()).config();
    return questionnaire.schema("The configuration of a Postern gateway");
  }

  /// Reads every key before it gives up, so that all problems are told.
  private Optional<Config> config() {
    Domain hostName = hostName();
    String helpUrl = helpUrl();
    io.postern.policy.Settings policy = policy();
    Section door = root.section("smtp");
    TlsSection tls = TlsSection.read(door.section("tls"), policy.domains(), problems);
    io.postern.smtp.Settings smtp = new SmtpSection(door).read(hostName, helpUrl, tls);
    root.require("rules", "rules: /etc/postern/rules");
    Path rulesFolder = root.path("rules").orElse(file);
    Section storeSection = root.section("store");
    Path store = storeSection.path("sqlite").orElseGet(this::stateFile);
    long reserve =
        storeSection.size("disk-reserve", Config.DISK_RESERVE, DISK_RESERVE_MIN, DISK_RESERVE_MAX);
    io.postern.queue.Settings retention = retention();
    Section log = root.section("log");
    Section delivery = root.section("delivery");
    io.postern.intake.Settings intake =
        new io.postern.intake.Settings(
            hostName.ascii(),
            root.text("postmaster").map(Text::value).orElse(""),
            log.flag("domain-mismatch", false),
            tls.requiredFor(),
            door.number("max-hops", HOPS_MAX, HOPS_MAX, 1_000));
    LogFormat logFormat = log.word("format", logFormats()).orElse(LogFormat.TEXT);
    io.postern.rules.Settings rules =
        new io.postern.rules.Settings(
            rulesFolder, httpHosts(delivery), delivery.flag("allow-private", true));
    io.postern.feed.@Nullable Settings subscribers =
        root.path("subscribers")
            .map(
                folder ->
                    new io.postern.feed.Settings(folder, rules.httpHosts(), rules.privateAllowed()))
            .orElse(null);
    io.postern.delivery.Settings deliverySettings = delivery(delivery);
    io.postern.notice.@Nullable Settings notices =
        new NoticesSection(root.section("notices"), problems).read(hostName, policy.domains());
    io.postern.console.@Nullable Settings console = console();
    Payload.Gateway gateway = new Payload.Gateway(hostName.ascii(), composition(hostName.ascii()));
    root.done();
    if (problems.hasErrors()) {
      return Optional.empty();
    }
    return Optional.of(
        new Config(
            file,
            hostName,
            smtp,
            tls.certificate(hostName, Config.stateFolder(store)),
            policy,
            intake,
            rules,
            subscribers,
            store,
            Math.max(reserve, 2 * smtp.limits().messageBytesMax()),
            retention,
            logFormat,
            deliverySettings,
            notices,
            console,
            gateway));
  }

  private Domain hostName() {
    root.require("hostname", "hostname: " + EXAMPLE_HOST);
    Optional<Text> text = root.text("hostname");
    if (text.isEmpty()) {
      return EXAMPLE_HOST;
    }
    Optional<Domain> domain = Domain.parse(text.get().value()).filter(it -> !it.isLiteral());
    if (domain.isEmpty()) {
      root.refuse(
          "hostname",
          "%s is not a host name; write the name that the MX record gives, such as %s"
              .formatted(Problem.quote(text.get().value()), EXAMPLE_HOST));
    }
    return domain.orElse(EXAMPLE_HOST);
  }

  private String helpUrl() {
    Optional<Text> text = root.text("help-url");
    if (text.isPresent() && !HELP_URL.matcher(text.get().value()).matches()) {
      root.refuse(
          "help-url",
          "%s is not a URL; write https://www.example.com/mail-help, ASCII, 200 characters at most"
              .formatted(Problem.quote(text.get().value())));
      return "";
    }
    return text.map(Text::value).orElse("");
  }

  private io.postern.policy.Settings policy() {
    root.require("domains", "domains: [in.example.com]");
    List<PermittedDomains.Entry> entries = new ArrayList<>();
    for (Text text : root.texts("domains", 1, DOMAINS_MAX)) {
      Optional<PermittedDomains.Entry> entry = PermittedDomains.Entry.parse(text.value());
      if (entry.isEmpty()) {
        problems.error(
            text.place(),
            "domains: %s is not a domain; write in.example.com, or \"*.in.example.com\" for all below it"
                .formatted(Problem.quote(text.value())));
      }
      entry.ifPresent(entries::add);
    }
    Section selfMail = root.section("self-mail");
    Map<String, Mode> modes = new LinkedHashMap<>();
    modes.put("enforce", Mode.ENFORCE);
    modes.put("observe", Mode.OBSERVE);
    modes.put("off", Mode.OFF);
    return new io.postern.policy.Settings(
        PermittedDomains.of(entries),
        selfMail.word("from-permitted", modes).orElse(Mode.ENFORCE),
        selfMail.word("to-is-from", modes).orElse(Mode.ENFORCE),
        selfMail.networks("except", LIST_MAX));
  }

  private Path stateFile() {
    @Nullable String folders = environment.get("STATE_DIRECTORY");
    String folder =
        folders == null || folders.isEmpty() ? "/var/lib/postern" : folders.split(":", 2)[0];
    return Path.of(folder, "postern.db");
  }

  private io.postern.queue.Settings retention() {
    Section retention = root.section("retention");
    io.postern.queue.Settings usual = io.postern.queue.Settings.USUAL;
    Duration succeeded = time(retention, "succeeded", usual.succeeded(), Duration.ZERO);
    Duration failed = time(retention, "failed", usual.failed(), Duration.ZERO);
    Duration log = time(retention, "log", usual.log(), Duration.ofDays(1));
    Duration denied = time(retention, "denied", shorter(usual.denied(), log), Duration.ZERO);
    if (denied.compareTo(log) > 0) {
      retention.refuse("denied", "longer than log, with which denied rows go; shorten it");
      denied = log;
    }
    return new io.postern.queue.Settings(succeeded, failed, log, denied);
  }

  private static Duration time(Section retention, String key, Duration usual, Duration least) {
    return retention.duration(key, usual, least, RETENTION_MAX);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Map<String, LogFormat> logFormats() {
    Map<String, LogFormat> formats = new LinkedHashMap<>();
    formats.put("text", LogFormat.TEXT);
    formats.put("json", LogFormat.JSON);
    return formats;
  }

  private Set<String> httpHosts(Section delivery) {
    Set<String> hosts = new HashSet<>();
    for (Text text : delivery.texts("allow-http-hosts", 0, LIST_MAX)) {
      Optional<String> host =
          Network.literal(text.value())
              .map(InetAddress::getHostAddress)
              .or(
                  () ->
                      Domain.parse(text.value())
                          .filter(domain -> !domain.isLiteral())
                          .map(Domain::ascii));
      if (host.isEmpty()) {
        problems.error(
            text.place(),
            "allow-http-hosts: %s is not a host; write a name or an address, without http:// and port"
                .formatted(Problem.quote(text.value())));
      }
      host.ifPresent(hosts::add);
    }
    return hosts;
  }

  private io.postern.delivery.Settings delivery(Section delivery) {
    List<Integer> codes = delivery.numbers("permanent-failures", CODES_MAX, 400, 599);
    if (codes.contains(410)) {
      delivery.refuse(
          "permanent-failures",
          "%s pauses the endpoint and fails nothing; remove it".formatted(Problem.quote("410")));
    }
    Set<Integer> permanent =
        delivery.has("permanent-failures")
            ? new HashSet<>(codes)
            : io.postern.delivery.Settings.PERMANENT_FAILURES;
    return new io.postern.delivery.Settings(
        delivery.flag("paused", false),
        permanent,
        delivery.number("concurrency", 64, 1, 10_000),
        delivery.number("per-host", 32, 1, 10_000),
        delivery.number("per-endpoint", 16, 1, 1_000),
        delivery.flag("allow-private", true),
        delivery.duration("stop-grace", STOP_GRACE, Duration.ofSeconds(1), Duration.ofMinutes(5)));
  }

  private io.postern.console.@Nullable Settings console() {
    Section console = root.section("console");
    Optional<InetSocketAddress> listen = console.socket("listen");
    if (console.isPresent()) {
      console.require("listen", "listen: \"127.0.0.1:8025\"");
    }
    if (listen.isEmpty()) {
      return null;
    }
    if (!listen.get().getAddress().isLoopbackAddress()) {
      console.refuse(
          "listen",
          "the console must not be reached from other machines; write \"127.0.0.1:8025\"");
      return null;
    }
    return new io.postern.console.Settings(listen.get());
  }

  private String composition(String hostName) {
    Optional<Text> text = root.text("server-composition");
    if (text.isPresent() && text.get().value().length() > COMPOSITION_CHARS_MAX) {
      root.refuse(
          "server-composition", "longer than " + COMPOSITION_CHARS_MAX + " characters; shorten it");
    }
    return text.map(Text::value).orElse(hostName);
  }

  /// The place that stands for the whole file.
  static Place whole(Path file) {
    return new Place(file.toString(), 0, 0);
  }
}
