package io.postern.cli;

import io.postern.Gateway;
import io.postern.config.Config;
import io.postern.journal.StoreUnavailable;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/// For commands that read the store of a gateway, which may run meanwhile: they never write to it.
final class StoreOption {
  @Mixin private @Nullable ConfigOption config;

  SqliteStore.View open(CommandLine line) throws StoreUnavailable, IOException {
    Config read =
        Main.present(config)
            .read(line)
            .orElseThrow(() -> new IOException("the configuration can't be used"));
    return SqliteStore.openReadOnly(Gateway.storeSettings(read));
  }
}
