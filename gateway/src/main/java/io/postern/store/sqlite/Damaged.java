package io.postern.store.sqlite;

import java.io.IOException;
import java.io.Serial;

/// What was kept is not what lies there any more, and reading it again will not change that.
/// Whoever reads in an order goes on behind it; for what can't be read now, it would wait.
final class Damaged extends IOException {
  @Serial private static final long serialVersionUID = 1;

  Damaged(String message) {
    super(message);
  }
}
