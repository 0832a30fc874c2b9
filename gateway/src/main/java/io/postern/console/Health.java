package io.postern.console;

import java.util.List;

/// How the gateway feels.
///
/// @param book the version of the rule book in force; empty when there is none
/// @param findings what a person should look at; empty when all is well
public record Health(String book, List<Finding> findings) {
  public Health {
    findings = List.copyOf(findings);
  }

  /// True when nothing is red: what is yellow still accepts and delivers.
  public boolean isGood() {
    return findings.stream().noneMatch(finding -> finding.level() == Level.RED);
  }

  /// How bad a finding is.
  public enum Level {
    /// Mail flows, but somebody should look.
    YELLOW,
    /// Something the gateway is for does not work.
    RED
  }

  /// One thing to look at.
  ///
  /// @param level how bad
  /// @param subject which part, such as `rules` or `store`
  /// @param text what is wrong and what to do
  public record Finding(Level level, String subject, String text) {}
}
