package io.postern.cli;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// A mail address on the command line.
final class AddressOption {
  private AddressOption() {}

  static Address parse(CommandLine line, String option, String text) {
    int at = text.lastIndexOf('@');
    String local = text.substring(0, Math.max(at, 0));
    boolean isLocal =
        !local.isEmpty()
            && local.length() <= Address.LOCAL_MAX
            && local.chars().noneMatch(Character::isISOControl);
    return Domain.parse(text.substring(at + 1))
        .filter(_ -> isLocal)
        .map(domain -> new Address(local, domain))
        .orElseThrow(
            () ->
                new ParameterException(
                    line,
                    option + " " + text + ": write an address such as support@in.example.com"));
  }
}
