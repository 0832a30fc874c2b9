package io.postern.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.LiveFiles;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.TextShelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How [LiveFiles] follows a folder of rules.
class LiveRulesTest {
  private static final Instant START = Instant.parse("2026-11-22T06:00:00Z");

  @TempDir Path temp;
  private Path folder;
  private final Shelf shelf = new Shelf();
  private Instant now = START;
  private LiveFiles<Book> live;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temp.resolve("rules"));
    live = live();
  }

  @Test
  void hasNoBookBeforeItStartsAndNoneWhenThereNeverWasAGoodOne() throws IOException {
    assertEquals(Optional.empty(), live.current());
    Files.writeString(folder.resolve("a.yaml"), "name: [");
    live.start();
    assertEquals(Optional.empty(), live.current());
    assertEquals("", live.state().version());
    assertTrue(live.state().stale());
    assertEquals(1, live.state().problems().size());
    assertEquals(0, shelf.kept.size());
  }

  @Test
  void takesGoodFilesAtStartAndKeepsThemFirst() throws IOException {
    write("a");
    shelf.whileKeeping = () -> assertEquals(Optional.empty(), live.current());
    live.start();
    assertEquals(List.of("a"), names());
    assertEquals(START, live.state().taken());
    assertFalse(live.state().stale());
    assertEquals(List.of(live.state().version()), shelf.versions());
  }

  @Test
  void takesAnEditOnceItIsStillForTwoLooks() throws IOException {
    write("a");
    live.start();
    now = now.plusSeconds(60);
    write("b");
    live.look();
    assertEquals(List.of("a"), names());
    write("c");
    live.look();
    assertEquals(List.of("a"), names(), "the folder was not still yet");
    live.look();
    assertEquals(List.of("a", "b", "c"), names());
    assertEquals(now, live.state().taken());
    assertEquals(2, shelf.kept.size());
    live.look();
    live.look();
    assertEquals(2, shelf.kept.size(), "an unchanged folder is not kept again");
  }

  @Test
  void leavesAMailTheBookItBeganWith() throws IOException {
    write("a");
    live.start();
    Book atMail = live.current().orElseThrow();
    write("b");
    live.reload();
    assertEquals(1, atMail.rules().size());
    assertEquals(2, live.current().orElseThrow().rules().size());
  }

  @Test
  void keepsTheBookInForceThroughABadEditAndTellsIt() throws IOException {
    write("a");
    live.start();
    final String version = live.state().version();
    Files.writeString(folder.resolve("a.yaml"), "name: a\nwhne: []\n");
    live.look();
    assertFalse(live.state().stale(), "seen once, it is not judged yet");
    live.look();
    assertTrue(live.state().stale());
    assertEquals(version, live.state().version());
    assertEquals(List.of("a"), names());
    assertTrue(
        live.state()
            .problems()
            .contains(
                new Problem(
                    new io.postern.settings.Place(folder + "/a.yaml", 2, 1),
                    Severity.ERROR,
                    "unknown key \"whne\"; did you mean \"when\"?")));

    write("a");
    live.look();
    live.look();
    assertFalse(live.state().stale());
    assertEquals(List.of(), live.state().problems());
    assertEquals(START, live.state().taken(), "the book never left");
    assertEquals(1, shelf.kept.size());
  }

  @Test
  void tellsABadEditOnReloadAtOnce() throws IOException {
    write("a");
    live.start();
    Files.writeString(folder.resolve("b.yaml"), "name: [");
    LiveFiles.State<Book> state = live.reload();
    assertTrue(state.stale());
    assertEquals(List.of("a"), names());
  }

  @Test
  void takesALossOfMoreThanHalfOnReloadOnly() throws IOException {
    write("a", "b", "c", "d", "e");
    live.start();
    delete("a", "b");
    live.look();
    live.look();
    assertEquals(List.of("c", "d", "e"), names(), "less than half went");

    delete("c", "d");
    live.look();
    live.look();
    live.look();
    assertEquals(List.of("c", "d", "e"), names());
    assertTrue(live.state().stale());
    assertEquals(
        folder
            + ": only 1 of 3 rules are left; if that is meant, reload (systemctl reload postern)",
        live.state().problems().getFirst().toString());

    live.reload();
    assertEquals(List.of("e"), names());
    assertFalse(live.state().stale());
  }

  @Test
  void takesTheLossOfExactlyHalf() throws IOException {
    write("a", "b");
    live.start();
    delete("a");
    live.look();
    live.look();
    assertEquals(List.of("b"), names());
  }

  @Test
  void takesARenamedRule() throws IOException {
    write("a");
    live.start();
    delete("a");
    write("b");
    live.look();
    live.look();
    assertEquals(List.of("b"), names());
  }

  @Test
  void survivesAFolderThatVanishes() throws IOException {
    write("a");
    live.start();
    Files.move(folder, temp.resolve("away"));
    live.look();
    live.look();
    assertEquals(List.of("a"), names());
    assertTrue(live.state().stale());
    Files.move(temp.resolve("away"), folder);
    live.look();
    live.look();
    assertFalse(live.state().stale());
  }

  @Test
  void seesASymbolicLinkThatIsSwapped() throws IOException {
    Path first = Files.createDirectories(folder.resolve("..1"));
    Path second = Files.createDirectories(folder.resolve("..2"));
    Files.writeString(first.resolve("a.yaml"), rule("a"));
    Files.writeString(second.resolve("a.yaml"), rule("other"));
    Path data = folder.resolve("..data");
    Files.createSymbolicLink(data, Path.of("..1"));
    Files.createSymbolicLink(folder.resolve("a.yaml"), Path.of("..data/a.yaml"));
    live.start();
    assertEquals(List.of("a"), names());

    // As Kubernetes does it: a new link beside the old one, then an atomic rename.
    Path fresh = folder.resolve("..data_tmp");
    Files.createSymbolicLink(fresh, Path.of("..2"));
    Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    live.look();
    live.look();
    assertEquals(List.of("other"), names());
  }

  @Test
  void startsWithTheLastGoodBookWhenTheFilesAreBroken() throws IOException {
    write("a");
    live.start();
    final String version = live.state().version();
    Files.writeString(folder.resolve("a.yaml"), "name: [");
    now = now.plusSeconds(3_600);

    live = live();
    live.start();
    assertEquals(List.of("a"), names());
    assertEquals(version, live.state().version());
    assertEquals(START, live.state().taken());
    assertTrue(live.state().stale());
    assertFalse(live.state().problems().isEmpty());

    write("a");
    live.look();
    live.look();
    assertFalse(live.state().stale());
    assertEquals(START, live.state().taken());
    assertEquals(1, shelf.kept.size());
  }

  @Test
  void keepsTheTimeOfABookThatARestartFindsUnchanged() throws IOException {
    write("a");
    live.start();
    now = now.plusSeconds(3_600);
    live = live();
    live.start();
    assertFalse(live.state().stale());
    assertEquals(START, live.state().taken());
    assertEquals(1, shelf.kept.size());
  }

  @Test
  void doesNotTakeALossOfMoreThanHalfAtARestartEither() throws IOException {
    write("a", "b", "c");
    live.start();
    delete("a", "b", "c");
    live = live();
    live.start();
    assertEquals(List.of("a", "b", "c"), names());
    assertTrue(live.state().stale());
    live.reload();
    assertEquals(List.of(), names());
  }

  @Test
  void takesNoBookThatCannotBeKeptAndTriesAgain() throws IOException {
    write("a");
    live.start();
    shelf.broken = true;
    write("b");
    live.look();
    live.look();
    assertEquals(List.of("a"), names());
    assertEquals(
        folder + ": the rules can't be kept in the store (disk full); mend the store",
        live.state().problems().getFirst().toString());
    shelf.broken = false;
    live.look();
    assertEquals(List.of("a", "b"), names());
  }

  @Test
  void readsAShelfThatWasDownAtStartLater() throws IOException {
    write("a");
    live.start();
    Files.writeString(folder.resolve("a.yaml"), "name: [");
    shelf.broken = true;
    live = live();
    live.start();
    assertEquals(Optional.empty(), live.current());
    live.look();
    assertEquals(Optional.empty(), live.current());
    shelf.broken = false;
    live.look();
    assertEquals(List.of("a"), names());
    assertTrue(live.state().stale());
  }

  @Test
  void theShelfGetsTheBookThatComesInForce() throws IOException {
    write("a");
    live.start();
    assertSame(live.current().orElseThrow(), shelf.books.getLast());
  }

  @Test
  void startsWithoutAKeptBookThatCannotBeRead() throws IOException {
    shelf.kept.add(new TextShelf.Kept("x", START, "not an archive"));
    write("a");
    live.start();
    assertEquals(List.of("a"), names());
    assertFalse(live.state().stale());
  }

  private LiveFiles<Book> live() {
    Settings settings = new Settings(folder, Set.of(), true);
    return new LiveFiles<>(new RuleFiles(settings, Map.of(), Severity.WARNING), shelf, () -> now);
  }

  private List<String> names() {
    return live.current().orElseThrow().rules().stream().map(Rule::name).toList();
  }

  private void write(String... names) throws IOException {
    for (String name : names) {
      Files.writeString(folder.resolve(name + ".yaml"), rule(name));
    }
  }

  private void delete(String... names) throws IOException {
    for (String name : names) {
      Files.delete(folder.resolve(name + ".yaml"));
    }
  }

  private static String rule(String name) {
    return """
    name: %s
    when: [{header: To, matches: '@'}]
    post: {url: 'https://app.example.com/'}
    """
        .formatted(name);
  }

  private static final class Shelf implements TextShelf<Book> {
    final List<Kept> kept = new ArrayList<>();
    final List<Book> books = new ArrayList<>();
    boolean broken;
    Runnable whileKeeping = () -> {};

    @Override
    public void keep(String version, Instant taken, String text, Book book) throws IOException {
      if (broken) {
        throw new IOException("disk full");
      }
      whileKeeping.run();
      kept.add(new Kept(version, taken, text));
      books.add(book);
    }

    @Override
    public Optional<Kept> latest() throws IOException {
      if (broken) {
        throw new IOException("disk full");
      }
      return kept.isEmpty() ? Optional.empty() : Optional.of(kept.getLast());
    }

    List<String> versions() {
      return kept.stream().map(Kept::version).toList();
    }
  }
}
