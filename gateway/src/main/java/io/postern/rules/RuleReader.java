package io.postern.rules;

import com.google.re2j.Pattern;
import io.postern.settings.Names;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.Secret;
import io.postern.settings.Section;
import io.postern.settings.Text;
import io.postern.webhook.Dialect;
import io.postern.webhook.Endpoint;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Exchange;
import io.postern.webhook.Format;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One rule file to one rule.
///
/// @param unreadableSecret how bad it is when an enabled rule's secret can't be read
/// @param names the names of the rules read before
record RuleReader(Settings settings, Severity unreadableSecret, Names names, Problems problems) {
  static final int TERMS_MAX = 50;

  /// RFC 5322 §2.2: printable ASCII without the colon.
  private static final java.util.regex.Pattern HEADER_NAME =
      java.util.regex.Pattern.compile("[!-9;-~]{1,76}");

  /// Reads a file.
  ///
  /// @return empty when it has an error that leaves no rule to read
  Optional<Rule> read(Section root, String account) {
    Optional<Text> name = names.read(root);
    List<Term> terms = terms(root);
    boolean enabled = root.flag("enabled", true);
    root.require("post", "post: { url: https://app.example.com/hooks/mail }");
    Section post = root.section("post");
    RetryReader retries = new RetryReader(root.section("retry"));
    Optional<Endpoint> endpoint =
        endpoint(
            post,
            retries.permanentFailures(),
            name.map(Text::value).orElse(""),
            enabled ? unreadableSecret : Severity.WARNING);
    Pace pace = new PostReader(post, problems).pace();
    Retry retry = retries.read();
    root.done();
    if (name.isEmpty() || endpoint.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Rule(
            name.get().value(),
            account,
            terms,
            endpoint.get(),
            pace,
            retry,
            enabled,
            name.get().place()));
  }

  private List<Term> terms(Section root) {
    String example = "- { header: To, matches: '^support@' }";
    root.require("when", "when: and below it " + example);
    int before = problems.count();
    List<Section> sections = root.sections("when", TERMS_MAX);
    if (root.has("when") && sections.isEmpty() && problems.count() == before) {
      root.refuse("when", "no term, and a rule must not take all mail unsaid; write " + example);
    }
    List<Term> terms = new ArrayList<>();
    sections.forEach(section -> term(section).ifPresent(terms::add));
    return terms;
  }

  private Optional<Term> term(Section section) {
    section.require("header", "header: Subject");
    Optional<Text> header = section.text("header");
    Optional<Text> matches = section.text("matches");
    Optional<Text> notMatches = section.text("not-matches");
    if (header.isPresent() && !HEADER_NAME.matcher(header.get().value()).matches()) {
      section.refuse(
          "header",
          "%s is not a header name; write the name only, such as Subject"
              .formatted(Problem.quote(header.get().value())));
      return Optional.empty();
    }
    boolean hasMatches = section.has("matches");
    if (hasMatches == section.has("not-matches")) {
      problems.error(
          section.place(),
          hasMatches
              ? "both matches and not-matches; keep one, and write a second term for the other"
              : "neither matches nor not-matches; write matches: '(?i)word'");
      return Optional.empty();
    }
    Optional<Text> regex = matches.or(() -> notMatches);
    if (header.isEmpty() || regex.isEmpty()) {
      return Optional.empty();
    }
    boolean isRecipient = header.get().value().equalsIgnoreCase("To");
    Optional<Pattern> pattern =
        Regex.compile(regex.get(), hasMatches ? "matches" : "not-matches", isRecipient, problems);
    return pattern.map(it -> new Term(header.get().value(), !hasMatches, it));
  }

  private Optional<Endpoint> endpoint(
      Section post, @Nullable Set<Integer> permanent, String rule, Severity unreadable) {
    if (post.isPresent()) {
      post.require("url", "url: https://app.example.com/hooks/mail");
    }
    CallReader calls = new CallReader(post, settings, unreadable, problems);
    Optional<URI> url = calls.url("url");
    Optional<URI> backup = calls.url("backup-url");
    DialectReader dialects = new DialectReader(post, unreadable);
    Dialect dialect = dialects.dialect();
    Format format = dialect.format();
    Authentication authentication =
        calls.authentication(
            new CallReader.Fields(format.word(), format.hasKeyField(), Format.FORM.word()),
            dialects.signingKey(format));
    List<Secret> sign = calls.signingKeys();
    Exchange exchange = calls.exchange(permanent);
    return url.map(
        it -> new Endpoint(rule, it, backup.orElse(null), dialect, authentication, sign, exchange));
  }
}
