package io.postern.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.postern.settings.Network;
import io.postern.smtp.Guests.Arrival;
import io.postern.smtp.Refusals.Cause;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// At most two sessions of a network at once, and five connections a minute; the clock is the
/// test's.
final class GuestsTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);

  @Test
  void countsEachAddressForItself() {
    Guests guests = guests(32, 64);
    welcome(guests, "192.0.2.1");
    Runnable leave = welcome(guests, "192.0.2.1");
    unwelcome(Cause.NETWORK, guests, "192.0.2.1");
    welcome(guests, "192.0.2.2");
    leave.run();
    welcome(guests, "192.0.2.1");
    unwelcome(Cause.NETWORK, guests, "192.0.2.1");
  }

  @Test
  void countsSixtyFourBitsOfIpv6Together() {
    Guests guests = guests(32, 64);
    welcome(guests, "2001:db8::1");
    welcome(guests, "2001:db8:0:0:ffff::1");
    unwelcome(Cause.NETWORK, guests, "2001:db8::2");
    welcome(guests, "2001:db8:0:1::1");
  }

  @Test
  void countsByThePrefixThatIsSet() {
    Guests guests = guests(24, 48);
    welcome(guests, "192.0.2.1");
    welcome(guests, "192.0.2.2");
    unwelcome(Cause.NETWORK, guests, "192.0.2.3");
    welcome(guests, "192.0.3.3");
    welcome(guests, "2001:db8::1");
    welcome(guests, "2001:db8:0:1::1");
    unwelcome(Cause.NETWORK, guests, "2001:db8:0:2::1");
  }

  @Test
  void refusesTheSixthInAMinuteAndTakesItInTheNext() {
    Guests guests = guests(32, 64);
    for (int i = 0; i < 5; i++) {
      welcome(guests, "192.0.2.1").run();
      pass(11);
    }
    unwelcome(Cause.RATE, guests, "192.0.2.1");
    welcome(guests, "192.0.2.2").run();
    pass(4);
    unwelcome(Cause.RATE, guests, "192.0.2.1");
    pass(1);
    welcome(guests, "192.0.2.1").run();
  }

  @Test
  void limitsNoNetworkThatIsExempt() {
    Guests guests = guests(32, 64);
    for (int i = 0; i < 100; i++) {
      welcome(guests, "127.0.0.1");
      welcome(guests, "::1");
      welcome(guests, "198.51.100." + i);
    }
    assertEquals(0, guests.networks());
  }

  @Test
  void forgetsWhoIsGoneAndKeepsWhoIsHere() {
    Guests guests = guests(32, 64);
    Runnable leave = welcome(guests, "192.0.2.1");
    welcome(guests, "192.0.2.2").run();
    guests.forget();
    assertEquals(2, guests.networks());
    pass(60);
    guests.forget();
    assertEquals(1, guests.networks());
    welcome(guests, "192.0.2.1");
    unwelcome(Cause.NETWORK, guests, "192.0.2.1");
    leave.run();
    welcome(guests, "192.0.2.1");
  }

  @Test
  void growsNotBeyondItsSize() {
    Guests guests = guests(32, 64);
    List<Runnable> leaves = new ArrayList<>();
    welcome(guests, "192.0.2.1");
    welcome(guests, "192.0.2.1");
    for (int i = 0; i < Guests.NETWORKS_MAX + 1000; i++) {
      leaves.add(welcome(guests, "2001:db8:" + Integer.toHexString(i) + "::1"));
    }
    assertEquals(Guests.NETWORKS_MAX, guests.networks());
    unwelcome(Cause.NETWORK, guests, "192.0.2.1");
    leaves.forEach(Runnable::run);
    pass(61);
    guests.forget();
    assertEquals(1, guests.networks());
  }

  private static Runnable welcome(Guests guests, String address) {
    Arrival arrival = guests.arrive(InetAddress.ofLiteral(address));
    return assertInstanceOf(Arrival.Welcome.class, arrival, address).leave();
  }

  private static void unwelcome(Cause cause, Guests guests, String address) {
    assertEquals(new Arrival.Unwelcome(cause), guests.arrive(InetAddress.ofLiteral(address)));
  }

  private Guests guests(int ipv4Bits, int ipv6Bits) {
    List<Network> exempt = new ArrayList<>(Settings.Networks.DEFAULT.exempt());
    exempt.add(Network.parse("198.51.100.0/24").orElseThrow());
    Settings.Networks networks = new Settings.Networks(ipv4Bits, ipv6Bits, exempt, List.of());
    return new Guests(new Settings.Crowd(1000, 2, 5, networks), now::get);
  }

  private void pass(int seconds) {
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }
}
