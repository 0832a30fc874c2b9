package io.postern.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.postern.fixture.FakeClock;
import io.postern.fixture.WebhookSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Names of endpoints, wherever their owners let them lead.
final class EndpointResolverTest {
  private final EndpointNames names = new EndpointNames();
  private final Zone zone = new Zone();
  private final InetAddressResolver resolver = new EndpointResolver.Filter(zone, names);

  @Test
  void leavesNamesAloneThatAreNoEndpoints() throws Exception {
    zone.leadsTo("169.254.169.254");
    assertEquals(List.of("169.254.169.254"), lookUp("intake.example.com"));
  }

  @Test
  void keepsLinkLocalAddressesFromEndpoints() throws Exception {
    names.add("App.Example.com", true);
    zone.leadsTo("169.254.169.254", "192.0.2.1", "fe80::1", "10.0.0.1");
    assertEquals(List.of("192.0.2.1", "10.0.0.1"), lookUp("app.example.com."));
  }

  @Test
  void keepsPrivateAddressesAndThisMachineFromEndpointsWhereThatIsSet() throws Exception {
    names.add("app.example.com", false);
    zone.leadsTo("10.0.0.1", "127.0.0.1", "192.0.2.1");
    assertEquals(List.of("192.0.2.1"), lookUp("app.example.com"));
    names.add("localhost", false);
    zone.leadsTo("127.0.0.1");
    assertEquals(List.of("127.0.0.1"), lookUp("localhost"));
  }

  @Test
  void aNameThatIsLedElsewhereIsRefusedAndSaysWhy() throws Exception {
    names.add("app.example.com", true);
    zone.leadsTo("192.0.2.1");
    assertEquals(List.of("192.0.2.1"), lookUp("app.example.com"));
    zone.leadsTo("64:ff9b::a9fe:a9fe");
    assertThrows(UnknownHostException.class, () -> lookUp("app.example.com"));
    assertEquals(
        Optional.of("the host leads to 64:ff9b:0:0:0:0:a9fe:a9fe, where nothing may be posted"),
        names.refusal("APP.example.com"));
    zone.leadsTo("192.0.2.1");
    lookUp("app.example.com");
    assertEquals(Optional.empty(), names.refusal("app.example.com"));
  }

  @Test
  void knowsSoManyNamesAndForgetsThoseThatWereNotCalledForLongest() throws Exception {
    zone.leadsTo("169.254.169.254");
    names.add("first.example.com", true);
    for (int i = 0; i < EndpointNames.NAMES_MAX; i++) {
      names.add("n" + i + ".example.com", true);
      names.add("kept.example.com", true);
    }
    assertEquals(List.of("169.254.169.254"), lookUp("first.example.com"), "never forgotten");
    for (String name : List.of("kept", "n2", "n" + (EndpointNames.NAMES_MAX - 1))) {
      assertThrows(UnknownHostException.class, () -> lookUp(name + ".example.com"));
    }
  }

  /// The names below the probe lead to this machine, which is forbidden where private networks are.
  @Test
  void standsWhereTheCourierConnects() throws Exception {
    try (WebhookSink sink = WebhookSink.start();
        HttpCourier free = new HttpCourier(new FakeClock(), Set.of(), true);
        HttpCourier strict = new HttpCourier(new FakeClock(), Set.of(), false)) {
      assertEquals(new Outcome.Accepted(200), carry(free, sink, "free"));
      for (int i = 0; i < 2; i++) {
        Outcome.Deferred refused =
            assertInstanceOf(Outcome.Deferred.class, carry(strict, sink, "strict"));
        assertEquals("the host leads to 127.0.0.1, where nothing may be posted", refused.reason());
      }
      assertEquals(1, sink.connections());
    }
  }

  private static Outcome carry(HttpCourier courier, WebhookSink sink, String name)
      throws IOException {
    URI url =
        URI.create("http://" + name + "." + EndpointResolver.PROBE + ":" + sink.port() + "/hook");
    return courier.carry(TrustTest.post(url, null));
  }

  private List<String> lookUp(String name) throws UnknownHostException {
    return resolver
        .lookupByName(
            name, InetAddressResolver.LookupPolicy.of(InetAddressResolver.LookupPolicy.IPV4))
        .map(InetAddress::getHostAddress)
        .toList();
  }

  /// A DNS whose owner changes his mind.
  private static final class Zone implements InetAddressResolver {
    private List<InetAddress> addresses = List.of();

    void leadsTo(String... literals) {
      addresses = Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
    }

    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) {
      return addresses.stream();
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      throw new UnknownHostException();
    }
  }
}
