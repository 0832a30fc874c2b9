package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.delivery.Activity.End;
import io.postern.fixture.FakeClock;
import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.mail.Message;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.queue.Claim;
import io.postern.queue.Settlement;
import io.postern.queue.Settlement.Trial;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What attempts are counted as.
final class AttemptCountsTest {
  private final AttemptCounts counts = new AttemptCounts();

  @Test
  void rulesBeyondTheLimitAreCountedTogether() {
    for (int i = 0; i < Activity.RULES_MAX + 20; i++) {
      counts.ended(claim("rule-" + i, false), new Settlement.Dead(trial(422)));
    }
    Map<String, Activity.Made> made = counts.made();
    assertEquals(Activity.RULES_MAX + 1, made.size());
    assertEquals(Map.of(new End("failed", "4xx"), 20L), made.get(Activity.OTHERS).ends());
    counts.ended(claim("rule-7", false), new Settlement.Dead(trial(422)));
    assertEquals(2, counts.made().get("rule-7").seconds().count());
  }

  @Test
  void rulesThatAreGoneAreForgotten() {
    counts.ended(claim("here", false), new Settlement.Dead(trial(0)));
    counts.ended(claim("gone", false), new Settlement.Dead(trial(0)));
    counts.keep(Set.of("here"));
    assertEquals(Set.of("here"), counts.made().keySet());
  }

  @Test
  void aFaultOfOursAndAnAttemptNotMadeAreNotTheEndpoints() {
    counts.ended(claim("desk", false), new Settlement.Again(trial(0), FakeClock.START, true));
    counts.ended(claim("desk", false), new Settlement.Unmade(FakeClock.START));
    Activity.Made made = counts.made().get("desk");
    assertEquals(Map.of(new End("not-made", "none"), 1L), made.ends());
    assertEquals(1, made.seconds().count());
    counts.ended(claim("desk", false), new Settlement.Unmade(FakeClock.START, true));
    made = counts.made().get("desk");
    assertEquals(Map.of(new End("not-made", "none"), 2L), made.ends());
    assertEquals(1, made.seconds().count(), "what was not made took no time");
  }

  @Test
  void aReplayHasNoLatencyAndAClockSetBackNone() {
    counts.ended(claim("desk", true), new Settlement.Done(trial(200)));
    assertEquals(0, counts.made().get("desk").latency().count());
    Trial early = new Trial(FakeClock.START.minusSeconds(60), Duration.ofMillis(5), 200, "", "");
    counts.ended(claim("desk", false), new Settlement.Done(early));
    assertEquals(1, counts.made().get("desk").latency().count());
    assertTrue(counts.made().get("desk").latency().sum() >= 0);
  }

  private static Claim claim(String rule, boolean replay) {
    Address to = new Address("desk", Domain.parse("in.example.com").orElseThrow());
    Peer peer = new Peer(new InetSocketAddress(0), "peer.example.net", true, "");
    Envelope envelope =
        new Envelope("s", peer, ReversePath.NULL, List.of(to), FakeClock.START, false);
    Mail mail = new Mail("m", envelope, new Empty());
    return new Claim("m-1", rule, to, 1, replay, Duration.ZERO, Duration.ZERO, mail);
  }

  private static final class Empty implements Message {
    @Override
    public long size() {
      return 0;
    }

    @Override
    public InputStream open(long offset) {
      return InputStream.nullInputStream();
    }
  }

  private static Trial trial(int status) {
    return new Trial(FakeClock.START, Duration.ofMillis(5), status, "", "");
  }
}
