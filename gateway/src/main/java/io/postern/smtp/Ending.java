package io.postern.smtp;

/// Why a session ended, as the log says it.
enum Ending {
  QUIT,
  CLOSED,
  IDLE,
  SLOW,
  SESSION,
  CLOSING,
  ERRORS,
  COMMANDS,
  RECIPIENTS,
  BARE_LINE_END,
  ENDLESS_LINE,
  ENDLESS_MESSAGE,
  CHUNK,
  HANDSHAKE,
  FAULT,
  /// By nobody's word: the connection broke, or was cut by us.
  CUT;

  /// The one for a peer that was waited for too long.
  static Ending of(Deadlines.Late why) {
    return switch (why) {
      case IDLE -> IDLE;
      case SLOW -> SLOW;
      case SESSION -> SESSION;
    };
  }
}
