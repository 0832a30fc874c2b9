package io.postern.feed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.journal.Arrival;
import io.postern.journal.CleanText;
import io.postern.journal.MailFacts;
import io.postern.journal.Row;
import io.postern.journal.Status;
import io.postern.journal.Step;
import io.postern.webhook.Payload;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The memory that events are reckoned to take is what their posts take at most.
final class EventSizeTest {
  private static final Instant NOW = Instant.parse("2026-01-31T23:05:07.089Z");
  private static final int ENVELOPE = 1_000;

  @ParameterizedTest
  @EnumSource(EventFormat.class)
  void noBodyIsLargerThanItsEventsAreReckoned(EventFormat format) {
    int count = Math.min(50, format.eventsMax());
    for (String text :
        List.of("a", "<", "\"", "\\", "&", " ", "\u00fc", "\u6f22", "\ud83d\ude00", "a@b.c ")) {
      Event event = change(text.repeat(CleanText.CHARS_MAX / text.length()));
      List<Event> batch = Collections.nCopies(count, event);
      for (boolean isForm :
          format.hasForm() ? new boolean[] {true, false} : new boolean[] {false}) {
        EventDialect dialect =
            new EventDialect(format, isForm, format.hasVersions() ? 2 : 1, ZoneOffset.UTC, 1);
        long reckoned = count * dialect.size().of(event) + ENVELOPE;
        long length = dialect.render(batch, call()).body().length();
        assertTrue(length <= reckoned, text + ": " + length + " of " + reckoned);
      }
    }
  }

  private static Event change(String text) {
    Arrival arrival = new Arrival(NOW, "session-0001", "mx.example.org", text, text, text);
    Step step =
        new Step("01jd7c2v5s3k8m0q4r6t8w0y2a-1", "desk", 3, 503, Duration.ofMillis(37), NOW);
    Row row = new Row(1_000_000, NOW, Status.DEFERRED, text, arrival, step);
    return new Event.Change(row, new MailFacts(text, text, "192.0.2.1", 1_024, false), "acme");
  }

  private static EventCall call() {
    return new EventCall(
        "01jd7c2v5s3k8m0q4r6t8w0y2a-1",
        NOW,
        "",
        "key",
        new Payload.Gateway("mx.example.com", "main"));
  }
}
