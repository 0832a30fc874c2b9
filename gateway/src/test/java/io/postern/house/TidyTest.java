package io.postern.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// What the compiler does not ask of the sources, and we do. Each finding says what to do instead.
final class TidyTest {
  private static final Path MAIN = Path.of("src", "main", "java");
  private static final Path TEST = Path.of("src", "test", "java");
  private static final int FILE_LINES_MAX = 600;
  private static final int METHOD_LINES_MAX = 70;

  /// By a thread or by a unit of time.
  private static final Pattern SLEEP = Pattern.compile("\\.sleep\\(");

  /// Calls that are made in one place only, with the file that may make them.
  private static final Map<Pattern, Banned> BANNED =
      Map.of(
          SLEEP,
          new Banned(Set.of(), "turn a crank, or wait for a level with a deadline"),
          Pattern.compile("\\b(Instant|LocalDate|LocalDateTime|ZonedDateTime)\\.now\\("),
          new Banned(Set.of(), "take the InstantSource that World gives"),
          Pattern.compile("\\bSystem\\.currentTimeMillis\\("),
          new Banned(Set.of(), "take the InstantSource that World gives"),
          Pattern.compile("\\bnew (Secure)?Random\\("),
          new Banned(Set.of("World.java"), "take the RandomGenerator that World gives"),
          Pattern.compile("\\bInstantSource\\.system\\("),
          new Banned(Set.of("World.java"), "take the InstantSource that World gives"),
          Pattern.compile("\\bInetAddress\\.getByName\\("),
          new Banned(Set.of(), "parse literals; names are looked up by who connects"),
          Pattern.compile("\\bSystem\\.exit\\("),
          new Banned(Set.of("Main.java"), "return an exit code to the command line"));

  private static final Pattern BANNED_NAME =
      Pattern.compile(
          ".*(Impl|Manager|Utils?|Helper|Handler|Processor|Service|Base|Data|Info|Context|Factory)");

  /// As words: a type may well be called ToDoubleFunction.
  private static final Pattern LEFTOVER = Pattern.compile("(?i)\\b(todo|fixme)\\b");

  /// Where a banned call is allowed all the same, and what to do elsewhere.
  private record Banned(Set<String> allowed, String instead) {}

  @Test
  void filesAndMethodsFitTheEye() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources(MAIN, TEST)) {
      long lines = lines(file).size();
      if (lines > FILE_LINES_MAX) {
        tooLong.add(file + " has " + lines + " lines: it is two things in one room, part them");
      }
    }
    eachMethod(
        (file, name, lines) -> {
          if (lines > METHOD_LINES_MAX) {
            tooLong.add(file + ": " + name + " has " + lines + " lines: name its parts");
          }
        });
    assertEquals(List.of(), tooLong);
  }

  @Test
  void outsideThingsComeInByConstructor() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources(MAIN)) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        int number = i + 1;
        BANNED.forEach(
            (call, banned) -> {
              if (call.matcher(line).find()
                  && !banned.allowed().contains(file.getFileName().toString())) {
                found.add(file + ":" + number + ": " + line.strip() + ": " + banned.instead());
              }
            });
      }
    }
    assertEquals(List.of(), found);
  }

  @Test
  void testsDoNotSleep() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources(TEST)) {
      if (!file.endsWith("TidyTest.java") && SLEEP.matcher(Files.readString(file)).find()) {
        found.add(file + " sleeps: wait for a level with a deadline");
      }
    }
    assertEquals(List.of(), found);
  }

  @Test
  void typesHaveNamesOfTheTrade() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources(MAIN)) {
      String type = file.getFileName().toString().replace(".java", "");
      if (BANNED_NAME.matcher(type).matches()) {
        found.add(file + ": " + type + " is no name yet: say what it is");
      }
    }
    assertEquals(List.of(), found);
  }

  @Test
  void nothingIsLeftToDoInComments() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources(MAIN, TEST)) {
      boolean hasLeftover = LEFTOVER.matcher(Files.readString(file)).find();
      if (hasLeftover && !file.endsWith("TidyTest.java")) {
        found.add(file + " has a leftover: do it, or say it in an issue");
      }
    }
    assertEquals(List.of(), found);
  }

  @Test
  void everyPackageIntroducesItself() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path folder : sources(MAIN).stream().map(Path::getParent).distinct().toList()) {
      Path page = folder.resolve("package-info.java");
      if (!Files.exists(page)) {
        found.add(folder + " has no package-info.java");
        continue;
      }
      String text = Files.readString(page).replaceAll("\\s*///\\s*", " ");
      for (String sentence :
          List.of("What comes in", "What goes out", "What never happens here", "Start reading")) {
        if (!text.contains(sentence)) {
          found.add(page + " does not say: " + sentence);
        }
      }
      if (!text.contains("@NullMarked")) {
        found.add(page + " is not @NullMarked");
      }
    }
    assertEquals(List.of(), found);
  }

  private interface MethodVisitor {
    void visit(Path file, String name, long lines);
  }

  private static void eachMethod(MethodVisitor visitor) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources(MAIN, TEST)));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      int units = 0;
      for (CompilationUnitTree unit : task.parse()) {
        units++;
        new Methods(unit, positions, visitor).scan(unit, null);
      }
      assertFalse(units == 0, "no source was read");
    }
  }

  private static final class Methods extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final MethodVisitor visitor;

    Methods(CompilationUnitTree unit, SourcePositions positions, MethodVisitor visitor) {
      this.unit = unit;
      this.positions = positions;
      this.visitor = visitor;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      LineMap lines = unit.getLineMap();
      if (method.getBody() != null) {
        // Of the body: the table of values above a parameterized test is no code.
        long start = positions.getStartPosition(unit, method.getBody());
        long end = positions.getEndPosition(unit, method.getBody());
        visitor.visit(
            Path.of(unit.getSourceFile().getName()).getFileName(),
            method.getName().toString(),
            lines.getLineNumber(end) - lines.getLineNumber(start) + 1);
      }
      return super.visitMethod(method, null);
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file);
  }

  private static List<Path> sources(Path... roots) throws IOException {
    List<Path> sources = new ArrayList<>();
    for (Path root : roots) {
      try (Stream<Path> files = Files.walk(root)) {
        files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
      }
    }
    return sources;
  }
}
