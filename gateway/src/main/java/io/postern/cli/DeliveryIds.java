package io.postern.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/// The deliveries that a command is given by their ids, one by one or by their mails.
final class DeliveryIds {
  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "Mails, for all their deliveries, or single deliveries.")
  private List<String> ids = new ArrayList<>();

  /// Those that were given; none when a filter says which.
  List<String> all() {
    return ids.stream().map(String::strip).toList();
  }

  /// So many deliveries, in words.
  static String text(long count) {
    return count == 1 ? "1 delivery" : count + " deliveries";
  }
}
