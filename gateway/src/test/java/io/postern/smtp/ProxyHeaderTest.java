package io.postern.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxyHeaderTest {
  private static final String V2 = "0d0a0d0a000d0a515549540a";
  private static final String FOUR = "c0000201" + "c6336401" + "dc04" + "0019";
  private static final String SIX =
      "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "dc04" + "0019";

  @ParameterizedTest
  @CsvSource({
    "PROXY TCP4 192.0.2.1 198.51.100.1 56324 25, 192.0.2.1, 56324",
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255, 65535",
    "PROXY TCP4 192.0.2.1 198.51.100.1 0 25, 192.0.2.1, 0",
    "PROXY TCP6 2001:db8::1 2001:DB8::2 56324 25, 2001:db8::1, 56324",
    "PROXY TCP6 ::ffff:192.0.2.1 ::1 56324 25, 192.0.2.1, 56324"
  })
  void readsTheLineOfVersion1(String line, String address, int port) {
    byte[] header = (line + "\r\n").getBytes(ISO_8859_1);
    assertWhole(
        header,
        new ProxyHeader.Proxied(
            new InetSocketAddress(InetAddress.ofLiteral(address), port), header.length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY UNKNOWN", "PROXY UNKNOWN ffff::1 whatever 1 2 3"})
  void takesAnUnknownConnectionForTheProxysOwn(String line) {
    byte[] header = (line + "\r\n").getBytes(ISO_8859_1);
    assertWhole(header, new ProxyHeader.Own(header.length));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EHLO client.example.net\r\n",
        "proxy TCP4 192.0.2.1 198.51.100.1 56324 25\r\n",
        "PROXY\r\n",
        "PROXY \r\n",
        "PROXY  TCP4 192.0.2.1 198.51.100.1 56324 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 25 \r\n",
        "PROXY TCP5 192.0.2.1 198.51.100.1 56324 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 65536 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 056 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 -1 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 999999\r\n",
        "PROXY TCP4 192.0.2.01 198.51.100.1 56324 25\r\n",
        "PROXY TCP4 192.0.2 198.51.100.1 56324 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100 56324 25\r\n",
        "PROXY TCP4 localhost 198.51.100.1 56324 25\r\n",
        "PROXY TCP4 dead.beef 198.51.100.1 56324 25\r\n",
        "PROXY TCP4 2001:db8::1 198.51.100.1 56324 25\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.1 56324 25\r\n",
        "PROXY TCP6 2001:db8::1%eth0 ::1 56324 25\r\n",
        "PROXY TCP6 [2001:db8::1] ::1 56324 25\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\nEHLO client.example.net\r\n",
        "\0PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n"
      })
  void refusesAnyOtherLine(String line) {
    byte[] header = line.getBytes(ISO_8859_1);
    assertInstanceOf(ProxyHeader.Junk.class, ProxyHeader.read(header, 0, header.length));
  }

  @Test
  void refusesALineThatIsTooLong() {
    byte[] longest = ("PROXY UNKNOWN " + "x".repeat(91) + "\r\n").getBytes(ISO_8859_1);
    assertEquals(107, longest.length);
    assertWhole(longest, new ProxyHeader.Own(107));
    byte[] longer = ("PROXY UNKNOWN " + "x".repeat(92) + "\r\n").getBytes(ISO_8859_1);
    assertInstanceOf(ProxyHeader.Junk.class, ProxyHeader.read(longer, 0, 107));
  }

  @ParameterizedTest
  @CsvSource({
    // What, version and command, family and transport, length, addresses, extension
    "over IPv4,                21, 11, 000c, " + FOUR + ", '', 192.0.2.1",
    "over IPv6,                21, 21, 0024, " + SIX + ", '', 2001:db8::1",
    "with an extension of 200, 21, 11, 00d4, " + FOUR + ", 200, 192.0.2.1",
    "from a mapped address,    21, 21, 0024, 00000000000000000000ffffc0000201"
        + "00000000000000000000ffffc0000202dc040019, '', 192.0.2.1"
  })
  void readsTheBytesOfVersion2(
      String what,
      String command,
      String family,
      String length,
      String rest,
      String more,
      String ip) {
    byte[] header = bytes(command + family + length + rest + extension(more));
    assertWhole(
        header,
        new ProxyHeader.Proxied(
            new InetSocketAddress(InetAddress.ofLiteral(ip), 56_324), header.length));
  }

  @ParameterizedTest
  @CsvSource({
    "LOCAL alone,             20, 00, 0000, '', ''",
    "LOCAL with addresses,    20, 11, 000c, " + FOUR + ", ''",
    "LOCAL with an extension, 20, 00, 0080, '', 128",
    "unspecified,             21, 00, 0000, '', ''",
    "a local socket,          21, 31, 00d8, '', 216"
  })
  void takesALocalConnectionForTheProxysOwn(
      String what, String command, String family, String length, String rest, String more) {
    byte[] header = bytes(command + family + length + rest + extension(more));
    assertWhole(header, new ProxyHeader.Own(header.length));
  }

  @ParameterizedTest
  @CsvSource({
    "version 1,             11, 11, 000c, " + FOUR,
    "command 2,             22, 11, 000c, " + FOUR,
    "UDP over IPv4,         21, 12, 000c, " + FOUR,
    "UDP over IPv6,         21, 22, 0024, " + SIX,
    "no such family,        21, 41, 000c, " + FOUR,
    "no such transport,     21, 13, 000c, " + FOUR,
    "IPv4 a byte short,     21, 11, 000b, " + "c0000201c6336401dc0400",
    "IPv6 as long as IPv4,  21, 21, 000c, " + FOUR,
    "longer than the limit, 21, 11, 07f1, " + FOUR,
    "as long as can be,     21, 11, ffff, " + FOUR
  })
  void refusesOtherBytesOfVersion2(
      String what, String command, String family, String length, String rest) {
    byte[] header = bytes(command + family + length + rest);
    assertInstanceOf(ProxyHeader.Junk.class, ProxyHeader.read(header, 0, header.length), what);
  }

  @Test
  void neverAsksForMoreThanTheLimitAndNeverThrows() {
    Random random = new Random(11);
    byte[][] starts = {
      new byte[0], "PROXY ".getBytes(ISO_8859_1), "PROXY TCP4 1".getBytes(ISO_8859_1), bytes("2111")
    };
    for (int i = 0; i < 50_000; i++) {
      byte[] block = new byte[ProxyHeader.BYTES_MAX];
      random.nextBytes(block);
      byte[] start = starts[i % starts.length];
      System.arraycopy(start, 0, block, 0, start.length);
      int to = i % 3 == 0 ? block.length : random.nextInt(block.length + 1);
      ProxyHeader header = ProxyHeader.read(block, 0, to);
      if (header instanceof ProxyHeader.More && to == block.length) {
        throw new AssertionError("more is asked for than the block holds");
      }
      if (header.length() > to) {
        throw new AssertionError("took bytes that were not there");
      }
    }
  }

  /// The header stands in the middle of a block, is read whole, and every part of it asks for more.
  private static void assertWhole(byte[] header, ProxyHeader expected) {
    byte[] block = new byte[header.length + 20];
    System.arraycopy(header, 0, block, 7, header.length);
    for (int length = 0; length < header.length; length++) {
      assertInstanceOf(ProxyHeader.More.class, ProxyHeader.read(block, 7, 7 + length));
    }
    assertEquals(expected, ProxyHeader.read(block, 7, block.length));
  }

  private static String extension(String bytes) {
    return bytes.isEmpty() ? "" : "e0".repeat(Integer.parseInt(bytes));
  }

  private static byte[] bytes(String behindSignature) {
    return HexFormat.of().parseHex(V2 + behindSignature);
  }
}
