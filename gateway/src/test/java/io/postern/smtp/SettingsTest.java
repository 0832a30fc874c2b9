package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.mail.Domain;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void defaultsAreNotBelowTheMinimaOfTheRfc() {
    Settings settings = Doors.defaults(Doors.HOST, List.of(Doors.loopback()));
    assertEquals(36_700_160, settings.limits().messageBytesMax());
    assertEquals(1000, settings.limits().recipientsMax());
    assertEquals(Duration.ofMinutes(5), settings.patience().idleMax());
  }

  @Test
  void refusesLimitsBelowTheMinimaOfTheRfc() {
    refused(() -> new Settings.Limits(65_535, 100, 100, 1));
    refused(() -> new Settings.Limits(65_536, 99, 100, 1));
  }

  @Test
  void refusesLimitsThatMakeNoSense() {
    refused(() -> new Settings.Limits((1L << 30) + 1, 100, 100, 1));
    refused(() -> new Settings.Limits(65_536, 100, 99, 1));
    refused(() -> new Settings.Limits(65_536, 100, 100, 0));
  }

  @Test
  void refusesPatienceThatMakesNoSense() {
    refused(() -> patience(Duration.ZERO, DAY, 1, SECOND, SECOND));
    refused(() -> patience(DAY.plusMillis(1), DAY.plusDays(1), 1, SECOND, SECOND));
    refused(() -> patience(DAY, DAY.minusMillis(1), 1, SECOND, SECOND));
    refused(() -> patience(DAY, Duration.ofDays(7).plusMillis(1), 1, SECOND, SECOND));
    refused(() -> patience(DAY, DAY, 0, SECOND, SECOND));
    refused(() -> patience(DAY, DAY, 1, Duration.ZERO, SECOND));
    refused(() -> patience(DAY, DAY, 1, Duration.ofMinutes(2), SECOND));
    refused(() -> patience(DAY, DAY, 1, SECOND, Duration.ofMillis(-1)));
    refused(() -> patience(DAY, DAY, 1, SECOND, DAY));
  }

  @Test
  void refusesCrowdsThatMakeNoSense() {
    refused(() -> new Settings.Crowd(0, 1, 1, Settings.Networks.DEFAULT));
    refused(() -> new Settings.Crowd(100_001, 1, 1, Settings.Networks.DEFAULT));
    refused(() -> new Settings.Crowd(1, 0, 1, Settings.Networks.DEFAULT));
    refused(() -> new Settings.Crowd(1, 1, 0, Settings.Networks.DEFAULT));
    refused(() -> new Settings.Networks(7, 64, List.of(), List.of()));
    refused(() -> new Settings.Networks(33, 64, List.of(), List.of()));
    refused(() -> new Settings.Networks(32, 15, List.of(), List.of()));
    refused(() -> new Settings.Networks(32, 129, List.of(), List.of()));
  }

  @Test
  void refusesWhatMakesNoSense() {
    refused(() -> Doors.defaults(new Domain("[192.0.2.1]"), List.of(Doors.loopback())));
    refused(() -> Doors.defaults(Doors.HOST, List.of()));
    refused(
        () ->
            Doors.defaults(
                Doors.HOST, List.of(InetSocketAddress.createUnresolved("no.such.example", 25))));
    refused(() -> help("https://example.com/hélp"));
    refused(() -> help("see there"));
    refused(() -> help("x".repeat(201)));
  }

  private static Settings help(String help) {
    return new Settings(
        Doors.HOST,
        List.of(Doors.loopback()),
        Settings.Limits.DEFAULT,
        Settings.Patience.DEFAULT,
        Settings.Crowd.DEFAULT,
        BareLineEnds.REFUSE,
        help);
  }

  private static Settings.Patience patience(
      Duration idle, Duration session, int rate, Duration proxy, Duration drain) {
    return new Settings.Patience(idle, session, rate, proxy, drain);
  }

  private static void refused(Runnable maker) {
    assertThrows(IllegalArgumentException.class, maker::run);
  }
}
