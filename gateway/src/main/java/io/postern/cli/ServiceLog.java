package io.postern.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.postern.config.Config.LogFormat;
import org.slf4j.LoggerFactory;

/// The service log: one event a line on standard error, as text or as JSON. It is set up here and
/// not by a file, so that it is the same everywhere and no command pays for an XML parser.
///
/// logback finds this class through `META-INF/services`.
public final class ServiceLog extends ContextAwareBase implements Configurator {
  /// A system property for the least level that is written: `DEBUG`, `INFO` (the default), `WARN`.
  private static final String LEVEL = "postern.log.level";

  /// Called by logback.
  public ServiceLog() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    set(context, LogFormat.TEXT);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Chooses the format of the lines from now on.
  static void use(LogFormat format) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      set(context, format);
    }
  }

  private static void set(LoggerContext context, LogFormat format) {
    Encoder<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> new LineEncoder();
          case JSON -> new JsonLineEncoder();
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
    root.setLevel(Level.toLevel(System.getProperty(LEVEL), Level.INFO));
    // Libraries have their say only when something is wrong.
    for (String library : new String[] {"org.subethamail", "com.zaxxer.hikari", "org.sqlite"}) {
      context.getLogger(library).setLevel(Level.WARN);
    }
  }
}
