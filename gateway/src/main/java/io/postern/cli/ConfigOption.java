package io.postern.cli;

import io.postern.config.Config;
import io.postern.config.ConfigFile;
import io.postern.settings.Judgement;
import io.postern.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The option `--config`, and what reading that file comes to.
final class ConfigOption {
  private static final Path INSTALLED = Path.of("/etc/postern/postern.yaml");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration (default: /etc/postern/postern.yaml, else conf/postern.yaml of this"
              + " distribution).")
  private @Nullable Path file;

  /// Which file it is.
  Path file(CommandLine line) {
    if (file != null) {
      return file;
    }
    if (Files.exists(INSTALLED)) {
      return INSTALLED;
    }
    @Nullable String home = System.getProperty("postern.home");
    if (home != null) {
      return Path.of(home, "conf", "postern.yaml");
    }
    throw new ParameterException(line, "there is no " + INSTALLED + ": name one with --config");
  }

  /// Reads it, and prints what is wrong with it.
  ///
  /// @return empty when it can't be used
  Optional<Config> read(CommandLine line) {
    return switch (ConfigFile.read(file(line), System.getenv())) {
      case Judgement.Good(Config config, List<Problem> warnings) -> {
        warnings.forEach(line.getErr()::println);
        yield Optional.of(config);
      }
      case Judgement.Bad(List<Problem> problems) -> {
        problems.forEach(line.getErr()::println);
        yield Optional.empty();
      }
    };
  }

  /// Reads it, for a command that can do nothing without.
  ///
  /// @throws IOException when it can't be used; what is wrong with it is printed
  Config require(CommandLine line) throws IOException {
    return read(line).orElseThrow(() -> new IOException("the configuration can't be used"));
  }
}
