package io.postern.demo;

import io.postern.demo.Caught.Content;
import io.postern.demo.PostedForm.Part;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A caught post as lines for a terminal. All text of strangers passes through [Screen].
final class Page {
  /// Characters of one line of a value.
  static final int LINE_MAX = 100;

  private static final int VALUE_LINES_MAX = 12;
  private static final int DOCUMENT_LINES_MAX = 60;
  private static final int ROWS_MAX = 60;
  private static final int HASH_DIGITS = 12;
  private static final List<String> MAIN_HEADERS =
      List.of("From", "To", "Subject", "Date", "Message-ID");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final JsonMapper JSON = new JsonMapper();

  private final List<String> lines = new ArrayList<>();
  private int rows;

  private Page() {}

  /// The time of day, in UTC.
  static String time(Instant at) {
    return TIME.format(at);
  }

  /// All of a post that a person wants to see.
  static List<String> full(Caught caught) {
    Page page = new Page();
    page.title(caught);
    page.deliveryHeaders(caught);
    page.row("content-type", caught.header("content-type").orElse("(none)"));
    page.row("length", length(caught));
    page.content(caught.content());
    page.answered(caught);
    return page.lines;
  }

  /// Which post it was and how it was answered.
  static List<String> brief(Caught caught) {
    Page page = new Page();
    page.title(caught);
    String attempt = caught.header("postern-attempt").orElse("(unknown)");
    page.row("webhook-id", caught.header("webhook-id").orElse("(none)") + ", attempt " + attempt);
    page.row("length", length(caught));
    page.answered(caught);
    return page.lines;
  }

  private void title(Caught caught) {
    lines.add(time(caught.at()) + "  POST " + Screen.line(caught.target(), LINE_MAX));
  }

  /// The headers that are about the delivery.
  private void deliveryHeaders(Caught caught) {
    caught
        .headers()
        .forEach(
            (name, value) -> {
              if (name.startsWith("webhook-") || name.startsWith("postern-")) {
                row(name, value);
              }
            });
  }

  private static String length(Caught caught) {
    String length = Screen.count(caught.length(), "byte");
    if (caught.whole()) {
      return length + ", sha256 " + shortened(caught.sha256());
    }
    return caught.length() > Catcher.BODY_MAX
        ? length + ", of which only the first 64 MB were looked at"
        : length + ", then the sender went away";
  }

  private void answered(Caught caught) {
    int status = caught.answered();
    if (rows > ROWS_MAX) {
      put("", "... (+ " + Screen.count(rows - ROWS_MAX, "row") + ")");
    }
    put("answered", status + (status < 300 ? "" : " (as told to)"));
  }

  private void content(Content content) {
    switch (content) {
      case Content.Form(PostedForm data) -> form(data);
      case Content.Json(String text) -> json(text);
      case Content.Message(List<String> headerLines) ->
          row("header", String.join("\n", headerLines), DOCUMENT_LINES_MAX);
      case Content.Other() -> {}
    }
  }

  private void form(PostedForm data) {
    for (Part part : data.parts()) {
      switch (part) {
        case Part.Field field when field.name().equals("headers") ->
            headers(field.name(), field.value());
        case Part.Field field -> row(field.name(), field.value());
        case Part.Attached file ->
            row(
                file.name(),
                "file \"%s\", %s, %s, sha256 %s"
                    .formatted(
                        Screen.safe(file.fileName()),
                        file.type().isEmpty() ? "no type" : Screen.safe(file.type()),
                        Screen.count(file.size(), "byte"),
                        shortened(file.sha256())));
      }
    }
    for (String problem : data.problems()) {
      row("PROBLEM", problem);
    }
  }

  private void json(String text) {
    try {
      JsonNode document = JSON.readTree(text);
      if (!document.isObject()) {
        row("json", document.toPrettyString(), DOCUMENT_LINES_MAX);
        return;
      }
      for (Map.Entry<String, JsonNode> member : document.properties()) {
        JsonNode value = member.getValue();
        if (member.getKey().equals("headers")) {
          headers("headers", value.toString());
        } else {
          row(member.getKey(), value.isString() ? value.asString() : value.toPrettyString());
        }
      }
    } catch (JacksonException e) {
      row("PROBLEM", "not JSON: " + e.getOriginalMessage());
      row("text", text);
    }
  }

  /// The main ones of a JSON list of names and values; the value as it stands when it is no such
  /// list.
  private void headers(String label, String json) {
    Map<String, String> main = new LinkedHashMap<>();
    MAIN_HEADERS.forEach(name -> main.put(name.toLowerCase(Locale.ROOT), ""));
    int more = 0;
    try {
      JsonNode list = JSON.readTree(json);
      if (!list.isArray()) {
        row(label, json);
        return;
      }
      for (JsonNode entry : list.values()) {
        String name = entry.path("name").asString("").toLowerCase(Locale.ROOT);
        if (main.getOrDefault(name, "none").isEmpty()) {
          main.put(name, entry.path("value").asString(""));
        } else {
          more++;
        }
      }
    } catch (JacksonException _) {
      row(label, json);
      return;
    }
    List<String> shown = new ArrayList<>();
    for (String name : MAIN_HEADERS) {
      String value = main.getOrDefault(name.toLowerCase(Locale.ROOT), "");
      if (!value.isEmpty()) {
        shown.add("%-11s %s".formatted(name + ":", Screen.line(value, LINE_MAX - 12)));
      }
    }
    shown.add("+ " + more + " more");
    add(label, shown);
  }

  private void row(String label, String value) {
    row(label, value, VALUE_LINES_MAX);
  }

  private void row(String label, String value, int linesMax) {
    add(label, Screen.lines(value, linesMax, LINE_MAX));
  }

  private void add(String label, List<String> shown) {
    if (++rows > ROWS_MAX) {
      return;
    }
    String first = shown.isEmpty() ? "(empty)" : shown.getFirst();
    put(Screen.line(label, LINE_MAX), first);
    shown.stream().skip(1).forEach(line -> put("", line));
  }

  private void put(String label, String line) {
    lines.add("    %-18s  %s".formatted(label, line).stripTrailing());
  }

  private static String shortened(String sha256) {
    return sha256.substring(0, HASH_DIGITS);
  }
}
