package io.postern.feed;

import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Secret;
import io.postern.settings.Section;
import io.postern.settings.Text;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Reads what a subscriber file says of its format: `format`, and the options that some formats
/// have beside it. An option of another format is a problem, for whoever wrote it expects something
/// of it.
///
/// @param post the section of the file
/// @param unreadable how bad it is when the secret key can't be read
record EventDialectReader(Section post, Severity unreadable) {
  private static final int VERSION_MAX = 2;

  EventDialect dialect() {
    Map<String, EventFormat> formats = new LinkedHashMap<>();
    for (EventFormat format : EventFormat.values()) {
      formats.put(format.word(), format);
    }
    if (post.isPresent()) {
      post.require("format", "format: postern");
    }
    EventFormat format = post.word("format", formats).orElse(EventFormat.POSTERN);
    Map<String, Boolean> contents = new LinkedHashMap<>();
    contents.put("json", false);
    contents.put("form", true);
    boolean form = post.word("content", contents).orElse(format.hasForm());
    int version = post.number("version", format.hasVersions() ? VERSION_MAX : 1, 1, VERSION_MAX);
    ZoneId zone = zone();
    if (format.hasServerId()) {
      post.require("server-id", "server-id: 12345");
    }
    int serverId = post.number("server-id", 0, 0, Integer.MAX_VALUE);
    if (form && !format.hasForm()) {
      post.refuse("content", "the format %s is always json; remove it".formatted(format.word()));
    }
    refuse("version", format, EventFormat::hasVersions);
    refuse("time-zone", format, EventFormat::hasTimeZone);
    refuse("server-id", format, EventFormat::hasServerId);
    if (format == EventFormat.CMC && !form && version == 1) {
      post.refuse("content", "cmc has json from version 2 on; write version: 2, or content: form");
    }
    return new EventDialect(
        format, form && format.hasForm(), format.hasVersions() ? version : 1, zone, serverId);
  }

  /// The secret that bodies of the format prove us by.
  Optional<Secret> secretKey(EventFormat format) {
    if (format.hasSecretKey()) {
      post.require("secret-key", "secret-key: { file: " + format.word() + ".key }");
    }
    refuse("secret-key", format, EventFormat::hasSecretKey);
    return post.secret("secret-key", unreadable);
  }

  private ZoneId zone() {
    Optional<Text> text = post.text("time-zone");
    if (text.isEmpty()) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(text.get().value());
    } catch (DateTimeException _) {
      post.refuse(
          "time-zone",
          "%s is not a time zone; write one such as Asia/Tokyo, or UTC"
              .formatted(Problem.quote(text.get().value())));
      return ZoneOffset.UTC;
    }
  }

  private void refuse(String key, EventFormat format, Predicate<EventFormat> has) {
    if (post.has(key) && !has.test(format)) {
      List<String> others =
          Arrays.stream(EventFormat.values()).filter(has).map(EventFormat::word).toList();
      post.refuse(
          key,
          "the format %s has no such option, only %s; remove it, or change the format"
              .formatted(format.word(), String.join(", ", others)));
    }
  }
}
