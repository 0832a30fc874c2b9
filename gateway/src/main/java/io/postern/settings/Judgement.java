package io.postern.settings;

import java.util.List;

/// What came of judging files that people write.
///
/// @param <T> what they are made into
public sealed interface Judgement<T> {
  /// They can be used.
  ///
  /// @param <T> what they were made into
  /// @param whole it
  /// @param warnings what somebody should look at, by place
  record Good<T>(T whole, List<Problem> warnings) implements Judgement<T> {
    public Good {
      warnings = List.copyOf(warnings);
    }
  }

  /// They can't.
  ///
  /// @param <T> what they would be made into
  /// @param problems all of them, warnings too, by place; at least one error
  record Bad<T>(List<Problem> problems) implements Judgement<T> {
    public Bad {
      problems = List.copyOf(problems);
    }
  }
}
