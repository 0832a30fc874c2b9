package io.postern.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import io.postern.journal.CleanText;
import io.postern.journal.Times;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/// An event of the service log as one line of JSON: an object with `time`, `level`, `logger`,
/// `message`, with `fields`, an object of the event's pairs (all texts), and with `failure` when
/// one is told. The line is printable ASCII whatever a peer wrote: all else is escaped, and nothing
/// lost but what is beyond [CleanText#CHARS_MAX] characters of a text, so that no line is too long
/// for the journal of systemd.
final class JsonLineEncoder extends EncoderBase<ILoggingEvent> {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                  .characterEscapes(new WithDelete())
                  .build())
          .build();

  @Override
  public byte @Nullable [] headerBytes() {
    return null;
  }

  @Override
  public byte @Nullable [] footerBytes() {
    return null;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", Times.text(event.getInstant()));
    line.put("level", event.getLevel().toString());
    line.put("logger", LineEncoder.where(event));
    line.put("message", cut(event.getFormattedMessage()));
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      Map<String, String> fields = new LinkedHashMap<>();
      pairs.forEach(pair -> fields.put(pair.key, cut("" + pair.value)));
      line.put("fields", fields);
    }
    if (event.getThrowableProxy() != null) {
      line.put("failure", LineEncoder.trace(event.getThrowableProxy()));
    }
    return (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String cut(String text) {
    return text.length() > CleanText.CHARS_MAX ? text.substring(0, CleanText.CHARS_MAX) : text;
  }

  /// JSON's own escapes, and one for DEL, which is ASCII and no printable character.
  private static final class WithDelete extends CharacterEscapes {
    private static final long serialVersionUID = 1;
    private static final int DELETE = 0x7f;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes[DELETE] = ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return null;
    }
  }
}
