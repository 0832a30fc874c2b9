package io.postern.cli;

import io.postern.Gateway;
import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.store.sqlite.SqliteReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/// For commands that read the store of a gateway, which may run meanwhile: they never write to it.
final class StoreOption {
  @Mixin private @Nullable ConfigOption config;

  SqliteReader open(CommandLine line) throws StoreUnavailable, IOException {
    return open(Main.present(config).require(line));
  }

  /// Opens the store of a configuration that was read already.
  static SqliteReader open(Config config) throws StoreUnavailable {
    return SqliteReader.open(Gateway.storeSettings(config));
  }
}
