package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.mail.Domain;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SettingsTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void defaultsAreNotBelowTheMinimaOfTheRfc() {
    Settings.Limits limits = Settings.defaults(Doors.HOST, List.of(Doors.loopback())).limits();
    assertEquals(36_700_160, limits.messageBytesMax());
    assertEquals(1000, limits.recipientsMax());
    assertEquals(Duration.ofMinutes(5), limits.idleMax());
  }

  @Test
  void refusesLimitsBelowTheMinimaOfTheRfc() {
    refused(() -> new Settings.Limits(65_535, 100, 1, 100, 1, DAY, DAY.dividedBy(24)));
    refused(() -> new Settings.Limits(65_536, 99, 1, 100, 1, DAY, DAY.dividedBy(24)));
  }

  @Test
  void refusesWhatMakesNoSense() {
    refused(() -> new Settings.Limits((1L << 30) + 1, 100, 1, 100, 1, DAY, Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 0, 100, 1, DAY, Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 100_001, 100, 1, DAY, Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 1, 99, 1, DAY, Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 1, 100, 0, DAY, Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 1, 100, 1, Duration.ZERO, Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 1, 100, 1, DAY.plusMillis(1), Duration.ZERO));
    refused(() -> new Settings.Limits(65_536, 100, 1, 100, 1, DAY, Duration.ofMillis(-1)));
    refused(() -> new Settings.Limits(65_536, 100, 1, 100, 1, DAY, DAY));
    refused(() -> Settings.defaults(new Domain("[192.0.2.1]"), List.of(Doors.loopback())));
    refused(() -> Settings.defaults(Doors.HOST, List.of()));
    refused(
        () ->
            Settings.defaults(
                Doors.HOST, List.of(InetSocketAddress.createUnresolved("no.such.example", 25))));
    refused(() -> help("https://example.com/hélp"));
    refused(() -> help("see there"));
    refused(() -> help("x".repeat(201)));
  }

  private static Settings help(String help) {
    return new Settings(
        Doors.HOST, List.of(Doors.loopback()), Settings.Limits.DEFAULT, BareLineEnds.REFUSE, help);
  }

  private static void refused(Runnable maker) {
    assertThrows(IllegalArgumentException.class, maker::run);
  }
}
