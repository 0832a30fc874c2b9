package io.postern.doctor;

import java.util.List;

/// A part of the examination that may wait for others. It ends by itself, and says what went wrong
/// with it as a finding; what it throws is a fault of this program.
///
/// @param subject what its findings are about, should it not come to its end
/// @param look does it
record Exam(String subject, Look look) {
  /// Looks at something.
  @FunctionalInterface
  interface Look {
    List<Finding> findings();
  }
}
