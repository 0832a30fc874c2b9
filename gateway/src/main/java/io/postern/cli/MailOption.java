package io.postern.cli;

import io.postern.mail.Address;
import java.io.IOException;
import java.io.InputStream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// For commands that are given a mail, and whom it is for.
final class MailOption {
  @Parameters(paramLabel = "MAIL", description = "A message in a file; - reads standard input.")
  private String mail = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "ADDRESS",
      description = "The envelope recipient.")
  private String to = "";

  Address recipient(CommandLine line) {
    return AddressOption.parse(line, "--to", to);
  }

  /// The message, to be read as often as is needed.
  MailFile file() throws IOException {
    return MailFile.of(mail);
  }

  /// The message, to be read once: standard input is not copied for that.
  InputStream stream() throws IOException {
    return mail.equals("-") ? System.in : file().open(0);
  }
}
