package io.postern;

import io.postern.delivery.Courier;
import io.postern.delivery.HttpCourier;
import io.postern.delivery.Settings;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The outside things that a gateway is given: time, chance, and HTTP. Names are looked up by the
/// JDK.
///
/// @param clock the time
/// @param chance for ids, which must not be guessable, and for jitter
/// @param couriers makes the one that carries posts
public record World(
    InstantSource clock, RandomGenerator chance, Function<Settings, Courier> couriers) {
  /// The real one.
  public static World real() {
    InstantSource clock = InstantSource.system();
    return new World(
        clock,
        new SecureRandom(),
        settings ->
            new HttpCourier(clock, settings.permanentFailures(), settings.privateAllowed()));
  }
}
