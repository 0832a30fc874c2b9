package io.postern.rules;

import io.postern.settings.Problem;
import java.util.List;

/// What came of reading rule files.
public sealed interface Read {
  /// A book.
  ///
  /// @param book it
  /// @param warnings what somebody should look at, by place
  record Good(Book book, List<Problem> warnings) implements Read {
    public Good {
      warnings = List.copyOf(warnings);
    }
  }

  /// No book.
  ///
  /// @param problems all of them, warnings too, by place; at least one error
  record Bad(List<Problem> problems) implements Read {
    public Bad {
      problems = List.copyOf(problems);
    }
  }
}
