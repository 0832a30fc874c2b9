package io.postern.smtp;

/// What a session has done, and whether it has done too much of it without bringing mail. Belongs
/// to the session's thread.
final class Tally {
  private final Settings.Limits limits;
  private int commands;
  private int refusals;
  private int messages;
  private long bytes;
  private int errorsSince;
  private int idleSince;

  Tally(Settings.Limits limits) {
    this.limits = limits;
  }

  enum Verdict {
    GO_ON,
    TOO_MANY_ERRORS,
    TOO_MANY_COMMANDS
  }

  /// A message was accepted, so the peer is worth having: its account starts anew.
  void accepted(long size) {
    messages++;
    bytes += size;
    errorsSince = 0;
    idleSince = 0;
  }

  /// A command was answered.
  ///
  /// @param movesMail true for a MAIL, RCPT or message that was accepted, and for every RCPT of a
  ///   mail that has a recipient: a list may have more dead addresses than
  ///   [Settings.Limits#commandsMax]
  Verdict count(Reply reply, boolean movesMail) {
    commands++;
    if (reply.refuses()) {
      refusals++;
    }
    if (!movesMail) {
      idleSince++;
    }
    if (breaksProtocol(reply.code())) {
      errorsSince++;
    }
    if (errorsSince > limits.errorsMax()) {
      return Verdict.TOO_MANY_ERRORS;
    }
    return idleSince > limits.commandsMax() ? Verdict.TOO_MANY_COMMANDS : Verdict.GO_ON;
  }

  /// RFC 5321 §4.2.2: wrong syntax, wrong order, wrong parameters. A refused recipient is no error:
  /// a list may well have twenty that are gone, and those that aren't must get through.
  private static boolean breaksProtocol(int code) {
    return (code >= 500 && code <= 504) || code == 555;
  }

  /// True when there was no command at all.
  boolean isQuiet() {
    return commands == 0;
  }

  int commands() {
    return commands;
  }

  int refusals() {
    return refusals;
  }

  int messages() {
    return messages;
  }

  /// The bytes of the accepted messages.
  long bytes() {
    return bytes;
  }
}
