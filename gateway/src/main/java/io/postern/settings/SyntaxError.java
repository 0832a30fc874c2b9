package io.postern.settings;

import io.postern.settings.Problem.Severity;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/// A YAML syntax error in plain words, with the cure. The parser's own words name its grammar,
/// which helps nobody who edits a rule file.
final class SyntaxError {
  private SyntaxError() {}

  static Problem problem(String file, JacksonException thrown) {
    if (thrown.getCause() instanceof MarkedYamlEngineException marked) {
      return problem(file, marked);
    }
    if (thrown instanceof StreamConstraintsException) {
      return new Problem(
          new Place(file, 0, 0), Severity.ERROR, "nested far too deep; write it flatter");
    }
    @Nullable TokenStreamLocation at = thrown.getLocation();
    String words = thrown.getOriginalMessage();
    String text =
        words.startsWith("Expected a property name")
            ? "a key must be plain text; write key: value"
            : "not YAML: " + oneLine(words) + "; quote the value, or check the lines above";
    return new Problem(
        at == null || at.getLineNr() < 1
            ? new Place(file, 0, 0)
            : new Place(file, at.getLineNr(), Math.max(at.getColumnNr(), 1)),
        Severity.ERROR,
        text);
  }

  private static Problem problem(String file, MarkedYamlEngineException thrown) {
    String what = text(thrown.getProblem());
    String context = text(thrown.getContext());
    boolean unclosed = what.contains("unexpected end of stream") || what.contains("but got");
    @Nullable Mark start = thrown.getContextMark().orElse(null);
    @Nullable Mark mark = thrown.getProblemMark().orElse(start);
    if (start != null && (unclosed || what.contains("could not find expected ':'"))) {
      // Where a quote or bracket was opened helps; where the reader gave up is often the last line.
      mark = start;
    }
    return new Problem(
        mark == null
            ? new Place(file, 0, 0)
            : new Place(file, mark.getLine() + 1, mark.getColumn() + 1),
        Severity.ERROR,
        words(what, context));
  }

  private static String words(String what, String context) {
    if (what.contains("\\t(TAB)")) {
      return "a tab stands here, and YAML indents with spaces only; write two spaces for each tab";
    }
    if (what.contains("that cannot start any token")) {
      return "a plain value can't begin with this character; put the value in 'single quotes'";
    }
    if (what.contains("mapping values are not allowed here")) {
      return "a colon where no key can stand; indent the line like its neighbours, or put a value"
          + " that holds \": \" in 'single quotes'";
    }
    if (context.contains("quoted scalar") && what.contains("unexpected end of stream")) {
      return "this quote is never closed; add the closing quote (inside 'single quotes' a quote is"
          + " written twice)";
    }
    if (what.contains("unknown escape character")) {
      return "a backslash in double quotes starts an escape; put the value in 'single quotes',"
          + " where a backslash is only a backslash";
    }
    if (context.contains("flow mapping")) {
      return "this { is never closed, or a comma is missing in it; write { key: value, key: value"
          + " }";
    }
    if (context.contains("flow sequence")) {
      return "this [ is never closed, or a comma is missing in it; write [one, two]";
    }
    if (what.contains("could not find expected ':'")) {
      return "a line without a colon; write key: value";
    }
    if (what.contains("expected <block end>")) {
      return "this doesn't fit the lines above; indent it like its neighbours, or close the quote"
          + " before it";
    }
    if (what.contains("expected the node content")) {
      return "a value is missing here, or a bracket above is not closed; write the value, or close"
          + " it";
    }
    if (what.contains("sequence entries are not allowed here")) {
      return "a list can't begin on this line; write each \"- item\" on a line of its own";
    }
    return "not YAML: " + oneLine(what) + "; quote the value, or check the lines above";
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
