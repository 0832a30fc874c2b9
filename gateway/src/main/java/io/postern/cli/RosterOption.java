package io.postern.cli;

import io.postern.config.Config;
import io.postern.feed.Roster;
import io.postern.feed.Subscriber;
import io.postern.feed.SubscriberFiles;
import io.postern.settings.Judgement;
import io.postern.settings.Problem.Severity;
import java.io.IOException;
import picocli.CommandLine;

/// The subscribers that a command is about, read from the files as they are now.
final class RosterOption {
  private RosterOption() {}

  /// The subscriber of that name.
  ///
  /// @throws IOException when there is none, or the files can't be used
  static Subscriber subscriber(Config config, String name, CommandLine line) throws IOException {
    return roster(config, line)
        .subscriber(name)
        .orElseThrow(() -> new IOException("there is no subscriber " + name));
  }

  /// All of them.
  ///
  /// @throws IOException when the files can't be used: then what is wrong with them is printed
  static Roster roster(Config config, CommandLine line) throws IOException {
    if (config.subscribers() == null) {
      throw new IOException("the configuration names no subscribers");
    }
    SubscriberFiles files =
        new SubscriberFiles(config.subscribers(), System.getenv(), Severity.WARNING);
    return switch (files.read()) {
      case Judgement.Bad<Roster>(var problems) -> {
        problems.forEach(line.getErr()::println);
        throw new IOException("the subscribers can't be used");
      }
      case Judgement.Good<Roster>(Roster roster, _) -> roster;
    };
  }
}
