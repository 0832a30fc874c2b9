package io.postern.settings;

import java.io.IOException;

/// A secret that stands elsewhere: `{env: NAME}`, `{file: PATH}` or `{credential: NAME}` (systemd's
/// `$CREDENTIALS_DIRECTORY`). Its value is never kept in a record, printed or logged.
public interface Secret {
  /// Its value now, without a trailing line end. Files are read anew when they change.
  ///
  /// @throws IOException when it can't be read; the message names the secret and the cure
  String value() throws IOException;

  /// How a person names it, such as `env DESK_PASSWORD`: never the value.
  String name();
}
