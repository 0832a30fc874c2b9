package io.postern.doctor;

import io.postern.journal.Times;
import io.postern.queue.Pause;

/// One thing that was looked at.
///
/// @param level how it stands
/// @param subject which part, one word such as `store`, or a rule's name behind `endpoint`
/// @param text what was found; one line
/// @param cure what to do about it; empty when nothing is wrong, or when the text says it
public record Finding(Level level, String subject, String text, String cure) {
  /// How it stands.
  public enum Level {
    /// As it should be, or as far as can be told.
    OK,
    /// Mail flows, but somebody should look.
    WARNING,
    /// Some mail does not come in, or does not go out.
    ERROR
  }

  static Finding ok(String subject, String text) {
    return new Finding(Level.OK, subject, text, "");
  }

  static Finding warning(String subject, String text, String cure) {
    return new Finding(Level.WARNING, subject, text, cure);
  }

  /// Of a pause, which may end by itself.
  ///
  /// @param more said behind its reason
  /// @param resume the command that ends it at once
  static Finding paused(String subject, Pause pause, String more, String resume) {
    return warning(
        subject,
        "it is paused since %s: %s%s".formatted(Times.text(pause.since()), pause.reason(), more),
        pause.endsByItself()
            ? "the gateway tries it hourly, and ends the pause when it takes something; to have it"
                + " tried now: "
                + resume
            : "when it is mended: " + resume);
  }

  static Finding error(String subject, String text, String cure) {
    return new Finding(Level.ERROR, subject, text, cure);
  }
}
