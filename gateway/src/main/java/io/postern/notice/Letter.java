package io.postern.notice;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A notice as it is sent: one mail of one cause or many.
///
/// @param id the left part of its Message-ID
/// @param date when it was written
/// @param subject one line
/// @param text its lines, each ended by LF
record Letter(String id, Instant date, String subject, String text) {
  /// So many causes are told in full; of the next ones only what they are, and of all others how
  /// many.
  static final int WHOLE_MAX = 20;

  private static final int NAMED_MAX = 100;
  private static final int SUBJECT_MAX = 200;

  private static final String FOOT =
      """
      --\s
      No more than one notice an hour speaks of the same thing. Who is told stands in postern.yaml,
      below notices.
      """;

  /// Writes one.
  ///
  /// @param hostName who writes
  /// @param notes of what; at least one
  static Letter of(String id, String hostName, List<Note> notes, Instant now) {
    StringBuilder text = new StringBuilder("Postern on " + hostName + " has to tell:\n\n");
    for (Note note : notes.subList(0, Math.min(WHOLE_MAX, notes.size()))) {
      tell(note, text);
    }
    if (notes.size() > WHOLE_MAX) {
      int named = Math.min(NAMED_MAX, notes.size());
      notes.subList(WHOLE_MAX, named).forEach(note -> line("* ", title(note), text));
      if (notes.size() > named) {
        text.append("* and ").append(notes.size() - named).append(" more\n");
      }
      text.append('\n');
    }
    return new Letter(id, now, subject(hostName, notes), text.append(FOOT).toString());
  }

  /// A test, which tells that notices arrive.
  static Letter test(String id, String hostName, Instant now) {
    String text =
        """
        This is a test by postern doctor on %s. Notices of this gateway get here.

        """
            .formatted(hostName);
    return new Letter(id, now, "Postern " + hostName + ": a test", text + FOOT);
  }

  private static String subject(String hostName, List<Note> notes) {
    Note first = notes.getFirst();
    String more = notes.size() == 1 ? "" : " (and %d more)".formatted(notes.size() - 1);
    String clear = first.isOver() ? "all clear: " : "";
    return PlainText.of("Postern " + hostName + ": " + clear + title(first) + more, SUBJECT_MAX);
  }

  private static String title(Note note) {
    return note.isOver() ? note.cause().ended() : note.cause().began();
  }

  private static void tell(Note note, StringBuilder text) {
    String title = title(note);
    line("* ", title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1), text);
    line("    since   ", time(note.since()), text);
    @Nullable Instant until = note.until();
    if (until != null) {
      line("    until   ", time(until), text);
    }
    if (note.amount() > 0) {
      line("    skipped ", Long.toString(note.amount()), text);
    }
    String label = "    what    ";
    for (String fact : note.facts()) {
      line(label, fact, text);
      label = "            ";
    }
    @Nullable Told before = note.told();
    if (before != null && note.isDoubted()) {
      line("    again   ", "the notice of " + time(before.at()) + " may not have arrived", text);
    } else if (before != null && note.began() > 0) {
      String often = "%d more since the notice of %s".formatted(note.began(), time(before.at()));
      line("    often   ", often, text);
    } else if (note.began() > 1) {
      line("    often   ", note.began() + " times", text);
    } else if (before != null && before.holds() && note.holds()) {
      line("    still   ", "told before at " + time(before.at()), text);
    }
    if (!note.isOver()) {
      line("    means   ", note.cause().meaning(), text);
      line("    to do   ", note.cause().cure(), text);
    }
    text.append('\n');
  }

  private static void line(String label, String words, StringBuilder text) {
    text.append(label).append(words).append('\n');
  }

  private static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
