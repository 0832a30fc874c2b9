package io.postern.config;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.notice.Settings;
import io.postern.notice.Settings.Encryption;
import io.postern.notice.Settings.Login;
import io.postern.notice.Settings.Relay;
import io.postern.policy.PermittedDomains;
import io.postern.settings.CertificateFile;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.Secret;
import io.postern.settings.Section;
import io.postern.settings.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The section `notices` of the configuration file.
///
/// @param section where it stands
/// @param problems where an item of a list is wrong
record NoticesSection(Section section, Problems problems) {
  private static final int RECIPIENTS_MAX = 20;
  private static final Duration REPEAT = Duration.ofDays(1);
  private static final Duration REPEAT_MIN = Duration.ofHours(1);
  private static final Duration REPEAT_MAX = Duration.ofDays(30);
  private static final int PER_HOUR = 20;
  private static final int PER_HOUR_MAX = 1_000;

  /// RFC 4409 §3.1 and RFC 8314 §7.3 have further ports; those two are what the schemes mean.
  private static final int SMTP_PORT = 25;

  private static final int SMTPS_PORT = 465;

  /// RFC 5321 §4.1.2, Dot-string: what every relay takes without quotes.
  private static final Pattern LOCAL =
      Pattern.compile(
          "(?=.{1,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");

  private static final String RELAY_EXAMPLE = "smtp://relay.example.com:587";

  /// Reads it.
  ///
  /// @param permitted the domains whose mail this gateway takes itself
  /// @return null when there is no such section, or it can't be used
  @Nullable Settings read(Domain hostName, PermittedDomains permitted) {
    if (section.isPresent()) {
      section.require("to", "to: [ops@example.com]");
      section.require("from", "from: postern@example.com");
      section.require("relay", "relay: " + RELAY_EXAMPLE);
    }
    List<Address> to = recipients(permitted);
    Optional<Address> from = section.text("from").flatMap(text -> address("from", text));
    Optional<Relay> relay = relay();
    Duration repeat = section.duration("repeat", REPEAT, REPEAT_MIN, REPEAT_MAX);
    int perHour = section.number("per-hour", PER_HOUR, 1, PER_HOUR_MAX);
    if (to.isEmpty() || from.isEmpty() || relay.isEmpty()) {
      return null;
    }
    return new Settings(hostName.ascii(), from.get(), to, relay.get(), repeat, perHour);
  }

  private List<Address> recipients(PermittedDomains permitted) {
    List<Address> to = new ArrayList<>();
    for (Text text : section.texts("to", 1, RECIPIENTS_MAX)) {
      Optional<Address> address = address("to", text);
      if (address.filter(it -> permitted.permits(it.domain())).isPresent()) {
        problems.warn(
            text.place(),
            "to: mail for %s comes to this gateway itself, which can't tell of its own trouble so; write an address elsewhere"
                .formatted(address.get()));
      }
      address.ifPresent(to::add);
    }
    return to;
  }

  private Optional<Address> address(String key, Text text) {
    String value = text.value();
    int at = value.lastIndexOf('@');
    Optional<Domain> domain = Domain.parse(value.substring(at + 1));
    if (at < 0 || domain.isEmpty() || !LOCAL.matcher(value.substring(0, at)).matches()) {
      problems.error(
          text.place(),
          "%s: %s is not an address; write ops@example.com, in ASCII before the @, and without a name"
              .formatted(key, Problem.quote(value)));
      return Optional.empty();
    }
    return Optional.of(new Address(value.substring(0, at), domain.get()));
  }

  private Optional<Relay> relay() {
    Optional<Text> text = section.text("relay");
    Map<String, Encryption> words = new LinkedHashMap<>();
    words.put("required", Encryption.REQUIRED);
    words.put("optional", Encryption.OPTIONAL);
    Encryption starttls = section.word("starttls", words).orElse(Encryption.REQUIRED);
    Optional<CertificateFile> ca = section.path("ca").map(CertificateFile::new);
    Optional<Login> login = login();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<URI> url = url(text.get().value());
    if (url.isEmpty()) {
      section.refuse(
          "relay",
          "%s is not a relay; write %s, or smtps:// where all is encrypted from the first byte"
              .formatted(Problem.quote(text.get().value()), RELAY_EXAMPLE));
      return Optional.empty();
    }
    boolean isWhole = url.get().getScheme().equalsIgnoreCase("smtps");
    if (isWhole && section.has("starttls")) {
      section.refuse("starttls", "all is encrypted at smtps:// without it; remove this key");
    }
    Encryption encryption = isWhole ? Encryption.WHOLE : starttls;
    if (encryption == Encryption.OPTIONAL && login.isPresent()) {
      section.refuse("starttls", "a password goes over TLS only; write required, or no user");
    }
    if (encryption == Encryption.OPTIONAL && ca.isPresent()) {
      section.refuse("ca", "no certificate is looked at; write starttls: required, or remove this");
    }
    int usual = isWhole ? SMTPS_PORT : SMTP_PORT;
    int port = url.get().getPort() < 0 ? usual : url.get().getPort();
    String host = url.get().getHost().replaceAll("[\\[\\]]", "");
    return Optional.of(new Relay(host, port, encryption, ca.orElse(null), login.orElse(null)));
  }

  private static Optional<URI> url(String text) {
    try {
      URI url = new URI(text);
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      boolean isRelay =
          (scheme.equals("smtp") || scheme.equals("smtps"))
              && url.getHost() != null
              && url.getRawUserInfo() == null
              && (url.getRawPath() == null || url.getRawPath().isEmpty())
              && url.getRawQuery() == null
              && url.getRawFragment() == null
              && url.getPort() != 0
              && url.getPort() <= 65_535;
      return isRelay ? Optional.of(url) : Optional.empty();
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  private Optional<Login> login() {
    Optional<Text> user = section.text("user");
    Optional<Secret> password = section.secret("password", Severity.WARNING);
    if (user.isPresent() && !section.has("password")) {
      section.refuse("user", "a user without a password; write password: { env: RELAY_PASSWORD }");
    }
    if (user.isEmpty() && section.has("password")) {
      section.refuse("password", "a password without a user; write the key user, too");
    }
    return user.isPresent() && password.isPresent()
        ? Optional.of(new Login(user.get().value(), password.get()))
        : Optional.empty();
  }
}
