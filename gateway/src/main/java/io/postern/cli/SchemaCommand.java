package io.postern.cli;

import io.postern.config.ConfigFile;
import io.postern.feed.SubscriberFiles;
import io.postern.rules.RuleFiles;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `postern schema`: what the configuration, a rule file or a subscriber file may hold, for
/// editors. The distribution holds them as files, made by this command when it is built.
@Command(
    name = "schema",
    synopsisSubcommandLabel = "config|rule|subscriber",
    description =
        "Prints the JSON Schema of the configuration file, of a rule file or of a subscriber file.",
    footer = {
      "",
      "Editors that know YAML complete and check files by it. The distribution holds these"
          + " schemas,",
      "and the files that come with it name them in their first line."
    })
final class SchemaCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Command(name = "config", description = "That of the configuration file.")
  void config() {
    print(ConfigFile.schema());
  }

  @Command(name = "rule", description = "That of a rule file.")
  void rule() {
    print(RuleFiles.schema());
  }

  @Command(name = "subscriber", description = "That of a subscriber file.")
  void subscriber() {
    print(SubscriberFiles.schema());
  }

  private void print(Map<String, Object> schema) {
    Main.line(spec).getOut().println(IndentedJson.of(schema));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Main.line(spec), "whose schema? config, rule or subscriber");
  }
}
