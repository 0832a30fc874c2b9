import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Checks that Java files are in google-java-format style, or rewrites those that are not.
///
///     java -cp google-java-format.jar Format.java (check|apply) NOTES FOLDER...
///
/// The formatter parses with the compiler of the JDK it runs on. It therefore gets a process of its
/// own on the JDK that the build has selected, which is newer than the one Maven may run on.
///
/// In the folder NOTES it keeps two files: `known-good`, the digests of texts known to be in style,
/// so that a build looks closely only at what has changed since the last one, and `complaint`, what
/// the build has to say before it fails, empty if all is well.
final class Format {

  public static void main(String[] args) throws IOException {
    boolean apply = args[0].equals("apply");
    Path notes = Path.of(args[1]);
    Path knownGood = notes.resolve("known-good");
    List<Path> files = javaFiles(Arrays.asList(args).subList(2, args.length));
    Set<String> known =
        Files.exists(knownGood) ? Set.copyOf(Files.readAllLines(knownGood)) : Set.of();

    List<Path> untidy = files.parallelStream().filter(file -> !inStyle(file, known)).toList();
    if (apply) {
      for (Path file : untidy) {
        Files.writeString(file, formatted(Files.readString(file)));
        System.out.println("formatted " + file);
      }
      untidy = List.of();
    }

    Set<String> good = new TreeSet<>();
    for (Path file : files) {
      if (!untidy.contains(file)) {
        good.add(digest(Files.readString(file)));
      }
    }
    Files.createDirectories(notes);
    Files.write(knownGood, good);
    Files.writeString(notes.resolve("complaint"), complaint(untidy));
  }

  private static String complaint(List<Path> untidy) {
    if (untidy.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("Not in google-java-format style:\n");
    untidy.forEach(file -> text.append("  ").append(file).append('\n'));
    return text.append("Put right with:  mvn -Pformat process-sources").toString();
  }

  private static List<Path> javaFiles(List<String> folders) throws IOException {
    Set<Path> files = new TreeSet<>();
    for (String folder : folders) {
      if (Files.isDirectory(Path.of(folder))) {
        try (Stream<Path> tree = Files.walk(Path.of(folder))) {
          tree.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
        }
      }
    }
    return List.copyOf(files);
  }

  private static boolean inStyle(Path file, Set<String> known) {
    try {
      String text = Files.readString(file);
      return known.contains(digest(text)) || formatted(text).equals(text);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /// A text that does not parse is left as it is: the compiler, which runs next, says why better.
  private static String formatted(String text) {
    try {
      return new Formatter().formatSourceAndFixImports(text);
    } catch (FormatterException e) {
      return text;
    }
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
