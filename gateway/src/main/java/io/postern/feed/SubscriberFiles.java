package io.postern.feed;

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
import java.util.Set;

/// A folder of subscriber files, `*.yaml`, read whole and checked whole. Holds no state; any thread
/// may use it.
///
/// @param settings where they are, and where may be posted
/// @param environment the process's environment variables, where secrets can stand
/// @param unreadableSecret how bad it is when an enabled subscriber's secret can't be read; that of
///   a disabled one is always a warning
public record SubscriberFiles(
    Settings settings, Map<String, String> environment, Severity unreadableSecret)
    implements LiveFiles.Reader<Roster> {
  private static final Sources.Kind KIND = new Sources.Kind("subscriber", "subscribers");

  /// How many there may be.
  private static final int COUNT_MAX = 100;

  /// How many events all of them may have in hand at once: so many are in memory when none of them
  /// answers. What strangers write into them is bounded by [InHand], which makes batches smaller.
  static final int IN_HAND_MAX = 50_000;

  public SubscriberFiles {
    environment = Map.copyOf(environment);
  }

  /// A JSON Schema of a subscriber file: what the reader asks, told for editors.
  public static Map<String, Object> schema() {
    Problems unheard = new Problems();
    Document questionnaire = Document.questionnaire(unheard);
    Settings settings = new Settings(Path.of("subscribers"), Set.of(), true);
    new SubscriberReader(settings, Severity.WARNING, names(), unheard).read(questionnaire.root());
    return questionnaire.schema("A subscriber of a Postern gateway");
  }

  /// Reads and checks all files.
  public Judgement<Roster> read() {
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
  public Judgement<Roster> judge(Sources sources) {
    Problems problems = new Problems();
    problems.addAll(sources.problems());
    List<Subscriber> subscribers = new ArrayList<>();
    Names names = names();
    for (Map.Entry<String, String> file : sources.texts().entrySet()) {
      Document.inFolder(settings.folder(), KIND, file, environment, problems)
          .flatMap(
              it ->
                  new SubscriberReader(settings, unreadableSecret, names, problems).read(it.root()))
          .ifPresent(subscribers::add);
    }
    checkSize(subscribers, problems);
    return problems.hasErrors()
        ? new Judgement.Bad<>(problems.sorted())
        : new Judgement.Good<>(new Roster(sources.version(), subscribers), problems.sorted());
  }

  @Override
  public int count(Roster roster) {
    return roster.subscribers().size();
  }

  private void checkSize(List<Subscriber> subscribers, Problems problems) {
    if (subscribers.size() > COUNT_MAX) {
      problems.error(
          place(),
          "%d subscribers; %d at most can be told".formatted(subscribers.size(), COUNT_MAX));
    }
    int inHand =
        subscribers.stream()
            .filter(Subscriber::enabled)
            .mapToInt(subscriber -> subscriber.batching().max())
            .sum();
    if (inHand > IN_HAND_MAX) {
      problems.error(
          place(),
          "the enabled subscribers' batches hold %d events together, more than memory is kept for; write a smaller batch.max, so that it is %d at most"
              .formatted(inHand, IN_HAND_MAX));
    }
  }

  private static Names names() {
    return new Names("subscriber", "ops-feed");
  }
}
