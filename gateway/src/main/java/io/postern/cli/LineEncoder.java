package io.postern.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.postern.journal.CleanText;
import io.postern.journal.Times;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// An event of the service log as one line of text: time, level, where, message, then its pairs.
/// What a peer wrote can't forge a line or drive a terminal: controls are replaced.
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  private static final String HOUSE = "io.postern.";
  private static final int FRAMES_MAX = 12;
  private static final int CAUSES_MAX = 8;

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
    StringBuilder line = new StringBuilder(Times.text(event.getInstant()));
    line.append(' ').append(event.getLevel()).append(' ').append(where(event));
    line.append(": ").append(CleanText.of(event.getFormattedMessage()));
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        line.append("  ").append(pair.key).append('=').append(CleanText.of("" + pair.value));
      }
    }
    if (event.getThrowableProxy() != null) {
      line.append(" | ").append(trace(event.getThrowableProxy()));
    }
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /// The class that speaks; ours by its room.
  static String where(ILoggingEvent event) {
    String logger = event.getLoggerName();
    return logger.startsWith(HOUSE) ? logger.substring(HOUSE.length()) : logger;
  }

  /// A failure on one line: what it is, its innermost frames, and the same of its causes.
  static String trace(IThrowableProxy failure) {
    StringBuilder trace = new StringBuilder();
    @Nullable IThrowableProxy next = failure;
    for (int depth = 0; next != null && depth < CAUSES_MAX; depth++) {
      trace.append(depth == 0 ? "" : " | caused by | ").append(next.getClassName());
      if (next.getMessage() != null) {
        trace.append(": ").append(CleanText.of(next.getMessage()));
      }
      StackTraceElementProxy[] frames = next.getStackTraceElementProxyArray();
      for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
        trace.append(" | ").append(frames[i].getSTEAsString());
      }
      next = next.getCause();
    }
    return trace.toString();
  }
}
