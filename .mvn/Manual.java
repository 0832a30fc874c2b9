import io.postern.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Writes the manual pages and the bash completion of `postern` from the commands as picocli knows
/// them, so that they say what `--help` says. picocli's own generator writes AsciiDoc, which takes
/// a Ruby program to become a manual page; these few lines of man(7) do not.
///
///     java -cp 'dist/lib/*' .mvn/Manual.java FOLDER DATE CHANGELOG
///
/// writes `FOLDER/man1/*.1.gz`, `FOLDER/completions/postern` and `FOLDER/changelog.gz`; the date
/// stands in the pages.
final class Manual {
  private final Path folder;
  private final String date;

  private Manual(Path folder, String date) {
    this.folder = folder;
    this.date = date;
  }

  public static void main(String[] args) throws IOException {
    CommandLine postern = Main.commandLine();
    // As many lines as there are: man folds them.
    postern.setUsageHelpWidth(1_000);
    Manual manual = new Manual(Path.of(args[0], "man1"), args[1].substring(0, 10));
    Files.createDirectories(manual.folder);
    manual.page(postern, List.of());
    Path completions = Files.createDirectories(Path.of(args[0], "completions"));
    // It is read by a shell, not run: no "#!" in front.
    String completion = AutoComplete.bash("postern", postern).replaceFirst("^#!.*\n", "");
    Files.writeString(completions.resolve("postern"), completion);
    write(Path.of(args[0], "changelog.gz"), Files.readString(Path.of(args[2])));
  }

  /// One page, and those of its subcommands.
  private void page(CommandLine command, List<String> others) throws IOException {
    CommandSpec spec = command.getCommandSpec();
    String name = spec.qualifiedName("-");
    List<String> pages = new ArrayList<>();
    command
        .getSubcommands()
        .values()
        .forEach(it -> pages.add(it.getCommandSpec().qualifiedName("-")));

    StringBuilder page = new StringBuilder();
    page.append(
        ".TH \"%s\" 1 \"%s\" \"Postern\" \"Postern\"\n"
            .formatted(name.toUpperCase(Locale.ROOT), date));
    UsageMessageSpec usage = spec.usageMessage();
    String description = String.join(" ", usage.description());
    section(page, "NAME");
    page.append(escaped(name)).append(" \\- ").append(escaped(summary(description))).append('\n');
    section(page, "SYNOPSIS");
    page.append(".nf\n").append(escaped(command.getHelp().synopsis(0).strip())).append("\n.fi\n");
    section(page, "DESCRIPTION");
    page.append(escaped(description)).append('\n');
    arguments(page, "ARGUMENTS", List.copyOf(spec.positionalParameters()));
    arguments(page, "OPTIONS", List.copyOf(spec.options()));
    if (!command.getSubcommands().isEmpty()) {
      section(page, "COMMANDS");
      command
          .getSubcommands()
          .forEach(
              (word, sub) ->
                  item(
                      page,
                      word,
                      String.join(" ", sub.getCommandSpec().usageMessage().description())));
    }
    if (usage.footer().length > 0) {
      section(page, "NOTES");
      for (String line : usage.footer()) {
        page.append(line.isBlank() ? ".PP\n" : escaped(line) + "\n");
      }
    }
    section(page, "EXIT STATUS");
    usage.exitCodeList().forEach((code, meaning) -> item(page, code.strip(), meaning));
    List<String> see = new ArrayList<>(others);
    see.addAll(pages);
    if (!see.isEmpty()) {
      section(page, "SEE ALSO");
      page.append(escaped(String.join("(1), ", see))).append("(1)\n");
    }
    write(folder.resolve(name + ".1.gz"), page.toString());
    for (CommandLine sub : command.getSubcommands().values()) {
      page(sub, List.of(name));
    }
  }

  private static String summary(String description) {
    int end = description.indexOf(". ");
    String first = end < 0 ? description : description.substring(0, end);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }

  private static void arguments(StringBuilder page, String title, List<ArgSpec> arguments) {
    List<ArgSpec> shown = arguments.stream().filter(it -> !it.hidden()).toList();
    if (shown.isEmpty()) {
      return;
    }
    section(page, title);
    for (ArgSpec argument : shown) {
      String label = argument.paramLabel();
      String term = label;
      if (argument instanceof OptionSpec option) {
        boolean takesValue = option.arity().max() > 0;
        term = String.join(", ", option.names()) + (takesValue ? "=" + label : "");
      }
      item(page, term, String.join(" ", argument.description()));
    }
  }

  private static void section(StringBuilder page, String title) {
    page.append(".SH ").append(title).append('\n');
  }

  private static void item(StringBuilder page, String term, String text) {
    page.append(".TP\n\\fB")
        .append(escaped(term))
        .append("\\fR\n")
        .append(escaped(text))
        .append('\n');
  }

  /// Plain text for man(7): no markup of picocli's, hyphens that can be typed, and no line that
  /// begins with a control character.
  private static String escaped(String text) {
    String plain = Ansi.OFF.string(text).replace("%%", "%").replace("%n", "\n");
    StringBuilder escaped = new StringBuilder();
    for (String line : plain.split("\n", -1)) {
      String safe = line.replace("\\", "\\e").replace("-", "\\-");
      escaped
          .append(safe.startsWith(".") || safe.startsWith("'") ? "\\&" : "")
          .append(safe)
          .append('\n');
    }
    return escaped.substring(0, escaped.length() - 1);
  }

  /// As small as it gets, and without a time inside: one commit makes the same bytes.
  private static void write(Path file, String page) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        new GZIPOutputStream(packed) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      out.write(page.getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = packed.toByteArray();
    // RFC 1952 §2.3: XFL 2 says so, and Debian's lintian looks there; Java always writes 0.
    bytes[8] = 2;
    Files.write(file, bytes);
  }
}
