package io.postern.rules;

import io.postern.settings.Document;
import io.postern.settings.Judgement;
import io.postern.settings.LiveFiles;
import io.postern.settings.Names;
import io.postern.settings.Place;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A folder of rule files, `*.yaml`, read whole and checked whole; its sub-folders are accounts.
/// Holds no state; any thread may use it.
public final class RuleFiles implements LiveFiles.Reader<Book> {
  private static final Sources.Kind KIND = new Sources.Kind("rule", "rules");

  private final Settings settings;
  private final Map<String, String> environment;
  private final Severity unreadableSecret;

  /// Names a folder; nothing is read yet.
  ///
  /// @param environment the process's environment variables, where secrets can stand
  /// @param unreadableSecret how bad it is when an enabled rule's secret can't be read; that of a
  ///   disabled rule is always a warning
  public RuleFiles(Settings settings, Map<String, String> environment, Severity unreadableSecret) {
    this.settings = settings;
    this.environment = Map.copyOf(environment);
    this.unreadableSecret = unreadableSecret;
  }

  /// A JSON Schema of a rule file: what the reader asks, told for editors.
  public static Map<String, Object> schema() {
    Problems unheard = new Problems();
    Document questionnaire = Document.questionnaire(unheard);
    Settings settings = new Settings(Path.of("rules"), Set.of(), true);
    new RuleReader(settings, Severity.WARNING, names(), unheard).read(questionnaire.root(), "");
    return questionnaire.schema("A rule of a Postern gateway");
  }

  /// Reads and checks all files.
  public Judgement<Book> read() {
    return judge(look());
  }

  @Override
  public Sources.Kind kind() {
    return KIND;
  }

  @Override
  public Place place() {
    return new Place(settings.folder().toString(), 0, 0);
  }

  @Override
  public Sources look() {
    return Sources.of(settings.folder(), KIND);
  }

  @Override
  public Judgement<Book> judge(Sources sources) {
    Problems problems = new Problems();
    problems.addAll(sources.problems());
    List<Rule> rules = new ArrayList<>();
    Names names = names();
    for (Map.Entry<String, String> file : sources.texts().entrySet()) {
      rule(file, names, problems).ifPresent(rules::add);
    }
    if (problems.hasErrors()) {
      return new Judgement.Bad<>(problems.sorted());
    }
    if (rules.isEmpty()) {
      problems.warn(place(), "no rule here, so no mail is taken; write one");
    }
    return new Judgement.Good<>(new Book(sources.version(), rules), problems.sorted());
  }

  @Override
  public int count(Book book) {
    return book.rules().size();
  }

  private Optional<Rule> rule(Map.Entry<String, String> file, Names names, Problems problems) {
    int slash = file.getKey().indexOf('/');
    String account = slash < 0 ? "" : file.getKey().substring(0, slash);
    return Document.inFolder(settings.folder(), KIND, file, environment, problems)
        .flatMap(
            document ->
                new RuleReader(settings, unreadableSecret, names, problems)
                    .read(document.root(), account));
  }

  private static Names names() {
    return new Names("rule", "support-desk");
  }
}
