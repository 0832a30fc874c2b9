package io.postern.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.settings.Place;
import io.postern.settings.Problem;
import io.postern.settings.Problems;
import io.postern.settings.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlsTest {
  private static final Set<String> HTTP_HOSTS =
      Set.of("receiver.example.com", "192.0.2.7", "2001:db8:0:0:0:0:0:7");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://app.example.com/hooks/mail",
        "HTTPS://APP.example.com:8443/a?b=c%20d",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://10.1.2.3/",
        "https://xn--wgv71a.example.com/",
        "http://localhost:8080/hook",
        "http://127.0.0.1:8080/hook",
        "http://127.9.9.9/",
        "http://[::1]:8080/hook",
        "http://Receiver.example.com/",
        "http://192.0.2.7:81/",
        "http://[2001:db8::7]/",
      })
  void takesWhatMayBePostedTo(String url) {
    assertEquals("", told(url, true));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "http://app.example.com/ | http would send mail in clear text to app.example.com; write"
            + " https, or add the host to delivery.allow-http-hosts in the configuration",
        "http://192.0.2.8/ | http would send mail in clear text to 192.0.2.8; write https, or add"
            + " the host to delivery.allow-http-hosts in the configuration",
        "http://localhost.example.com/ | http would send mail in clear text to"
            + " localhost.example.com; write https, or add the host to delivery.allow-http-hosts in"
            + " the configuration",
        "ftp://app.example.com/ | \"ftp://app.example.com/\" is not an https URL; write"
            + " https://app.example.com/hooks/mail",
        "app.example.com/hooks | \"app.example.com/hooks\" is not an https URL; write"
            + " https://app.example.com/hooks/mail",
        "https:/hooks | no host name in \"\"; write a name of letters, digits and hyphens (an"
            + " international one as A-labels, xn--...), or an IP address",
        "https://日本.example.com/ | no host name in \"日本.example.com\"; write a name of letters,"
            + " digits and hyphens (an international one as A-labels, xn--...), or an IP address",
        "https://app.example.com/a b | \"https://app.example.com/a b\" is not a URL (illegal"
            + " character in path); write https://app.example.com/hooks/mail",
        "https://app.example.com./x | \"app.example.com.\" ends in a full stop, which TLS does not"
            + " take in a host name; write app.example.com",
        "https://app.example.com:99999/ | no such port as 99999; write 1 to 65535",
        "https://app.example.com/#x | a fragment (#...), which is never sent; remove it",
        "https://[fe80::1%25eth0]/ | \"fe80::1%25eth0\" is not an IPv6 address; write one without a"
            + " zone",
        "https://169.254.169.254/latest | 169.254.169.254 is a link-local or metadata address,"
            + " where a machine's secrets are; write the receiver's own address",
        "http://169.254.169.254/latest | 169.254.169.254 is a link-local or metadata address, where"
            + " a machine's secrets are; write the receiver's own address",
        "https://[::ffff:169.254.169.254]/ | 169.254.169.254 is a link-local or metadata address,"
            + " where a machine's secrets are; write the receiver's own address",
        "https://[fe80::1]/ | fe80:0:0:0:0:0:0:1 is a link-local or metadata address, where a"
            + " machine's secrets are; write the receiver's own address",
        "https://[fd00:ec2::254]/ | fd00:ec2:0:0:0:0:0:254 is a link-local or metadata address,"
            + " where a machine's secrets are; write the receiver's own address",
        "https://0.0.0.0/ | 0.0.0.0 is not the address of one machine; write the receiver's own"
            + " address",
        "https://[ff02::1]/ | ff02:0:0:0:0:0:0:1 is not the address of one machine; write the"
            + " receiver's own address",
      })
  void tellsWhyNot(String url, String expected) {
    assertEquals("f:6:8: url: " + expected, told(url, true));
  }

  /// Forms that resolvers take for 169.254.169.254 and a reader of the file would not.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://169.16689662/",
        "https://0251.0376.0251.0376/",
        "https://169.254.169.254./",
      })
  void refusesAddressesInDisguise(String url) {
    assertFalse(told(url, true).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://10.1.2.3/",
        "https://172.31.0.1/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://[fd12::1]/",
        "https://[::ffff:10.1.2.3]/",
      })
  void refusesPrivateNetworksWhereTheConfigurationDoes(String url) {
    assertEquals("", told(url, true));
    assertEquals(
        true,
        told(url, false)
            .endsWith(
                " is in a private network, which the configuration forbids; write a public address,"
                    + " or delivery.allow-private: true there"));
  }

  @Test
  void neverShowsAPassword() {
    String told = told("https://postern:hunter2@app.example.com/", true);
    assertEquals(
        "f:6:8: url: a user name before the host; remove it and write basic: { username: ...,"
            + " password: ... }",
        told);
    for (String url :
        List.of(
            "https://postern:hunter2@app_1.example.com/",
            "htps://postern:hunter2@app.example.com/",
            "postern:hunter2@app.example.com",
            "https://postern:hunter2%w@app.example.com/",
            "https://postern:hunter2 @app.example.com/",
            "https://postern:hunter2/3@app.example.com/",
            "https://postern:hunter2%40app.example.com/")) {
      told = told(url, true);
      assertTrue(told.startsWith("f:6:8: url: "), told);
      assertFalse(told.contains("hunter2"), told);
    }
  }

  @Test
  void boundsTheLength() {
    assertEquals(
        "f:6:8: url: longer than 2048 characters",
        told("https://app.example.com/" + "x".repeat(2_048), true));
  }

  private static String told(String url, boolean privateAllowed) {
    Problems problems = new Problems();
    new Urls(new Settings(Path.of("rules"), HTTP_HOSTS, privateAllowed), problems)
        .read("url", new Text(new Place("f", 6, 8), url));
    return String.join("\n", problems.sorted().stream().map(Problem::toString).toList());
  }
}
