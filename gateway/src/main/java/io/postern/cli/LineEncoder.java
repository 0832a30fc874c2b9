package io.postern.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.postern.journal.Arrival;
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
    String logger = event.getLoggerName();
    line.append(' ').append(event.getLevel()).append(' ');
    line.append(logger.startsWith(HOUSE) ? logger.substring(HOUSE.length()) : logger);
    line.append(": ").append(Arrival.clean(event.getFormattedMessage()));
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        line.append("  ").append(pair.key).append('=').append(Arrival.clean("" + pair.value));
      }
    }
    if (event.getThrowableProxy() != null) {
      trace(event.getThrowableProxy(), line);
    }
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /// A failure on the same line, its innermost frames and its cause's.
  private static void trace(IThrowableProxy failure, StringBuilder line) {
    line.append(" | ").append(failure.getClassName());
    if (failure.getMessage() != null) {
      line.append(": ").append(Arrival.clean(failure.getMessage()));
    }
    StackTraceElementProxy[] frames = failure.getStackTraceElementProxyArray();
    for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
      line.append(" | ").append(frames[i].getSTEAsString());
    }
    if (failure.getCause() != null) {
      line.append(" | caused by");
      trace(failure.getCause(), line);
    }
  }
}
