package io.postern.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class AddressTest {
  private static final Domain DOMAIN = new Domain("example.com");

  @Test
  void hasOneFormForEachLocalPart() {
    assertLocal("joe", "joe");
    assertLocal("joe", "'joe'");
    assertLocal("joe.b", "'j\\o\\e.b'");
    assertLocal("joe+tag", "'joe+tag'");
    assertLocal("grüße", "'grüße'");
  }

  @Test
  void keepsQuotesThatAreNeededWithNoBackslashTooMany() {
    for (String needed :
        new String[] {"'a b'", "'a\\'b\\\\'", "'.joe'", "'joe.'", "'jo..e'", "''"}) {
      assertLocal(needed, needed);
    }
    assertLocal("'a b'", "'\\a\\ b'");
  }

  @Test
  void takesWhatIsNoQuotedStringAsItIs() {
    for (String odd : new String[] {"'", "'a'b", "'a'b'", "'a\\'", "a'b'"}) {
      assertLocal(odd, odd);
    }
  }

  /// Both with ' for the quote.
  private static void assertLocal(String kept, String given) {
    assertEquals(
        kept.replace('\'', '"'), new Address(given.replace('\'', '"'), DOMAIN).local(), given);
  }

  @Test
  void isPostmasterInAnyCaseWithQuotesOrWithout() {
    assertTrue(new Address("PostMaster", DOMAIN).isPostmaster());
    assertTrue(new Address("\"Post\\master\"", DOMAIN).isPostmaster());
    assertFalse(new Address("\"post master\"", DOMAIN).isPostmaster());
  }

  @Test
  void staysTheSameWhenItIsReadAgain() {
    Random random = new Random(11);
    String alphabet = "ab.\"\\ @é";
    for (int n = 0; n < 50_000; n++) {
      StringBuilder given = new StringBuilder("\"");
      for (int i = random.nextInt(8); i > 0; i--) {
        given.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Address address = new Address(given.append('"').toString(), DOMAIN);
      assertEquals(address, new Address(address.local(), DOMAIN), given::toString);
    }
  }
}
