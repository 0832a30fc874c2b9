package io.postern.feed;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why a mail came back, in the classes that Customers Mail Cloud tells by number
/// (https://smtps.jp/docs-en/apiv2/te/bounces). The words are ours.
public enum BounceReason {
  /// The domain does not exist, or takes no mail.
  UNKNOWN_HOST(1),
  /// The domain does not know the user.
  UNKNOWN_USER(2),
  /// It was tried until its time was over.
  RETRY_TIMEOUT(3),
  /// Refused for what it is, or for who sent it.
  REJECTED_BY_POLICY(4),
  /// The mailbox is full.
  OVER_CAPACITY(5),
  /// It could not be forwarded.
  FORWARD_ERROR(6),
  /// The receiving server is broken.
  SERVER_ERROR(7),
  /// The message is too large.
  TOO_LARGE(8),
  /// The address is not well-formed.
  ADDRESS_FORMAT(9),
  /// The sender has blocked the address.
  BLOCKED_ADDRESS(10),
  /// The address has unsubscribed.
  UNSUBSCRIBED(11),
  /// Another lasting failure.
  OTHER(99);

  /// Subject and detail of an enhanced status code (RFC 3463 §2).
  private static final Pattern STATUS = Pattern.compile("^[245]\\.(\\d{1,3})\\.(\\d{1,3})$");

  /// Codes that say what they mean (RFC 3463 §3, and RFC 7505 §5 for 1.10).
  private static final Map<String, BounceReason> EXACT =
      Map.ofEntries(
          Map.entry("1.1", UNKNOWN_USER),
          Map.entry("1.2", UNKNOWN_HOST),
          Map.entry("1.3", ADDRESS_FORMAT),
          Map.entry("1.6", UNKNOWN_USER),
          Map.entry("1.7", REJECTED_BY_POLICY),
          Map.entry("1.8", REJECTED_BY_POLICY),
          Map.entry("1.10", UNKNOWN_HOST),
          Map.entry("2.2", OVER_CAPACITY),
          Map.entry("2.3", TOO_LARGE),
          Map.entry("2.4", FORWARD_ERROR),
          Map.entry("3.1", OVER_CAPACITY),
          Map.entry("3.4", TOO_LARGE),
          Map.entry("4.4", UNKNOWN_HOST),
          Map.entry("4.6", FORWARD_ERROR),
          Map.entry("4.7", RETRY_TIMEOUT));

  /// What services say that did not even try, for they know the address: more than their code does,
  /// which is that of an unknown user, mostly.
  private static final List<Map.Entry<Pattern, BounceReason>> NOT_TRIED =
      List.of(
          words("suppression list|suppressed sending", BLOCKED_ADDRESS),
          words("\\bunsubscribed\\b", UNSUBSCRIBED));

  /// What answers say, in lower case; the first that fits. Servers give many codes for one thing,
  /// and one code for many things, but their words are much the same.
  private static final List<Map.Entry<Pattern, BounceReason>> WORDS =
      List.of(
          words(
              "(?:message|mail) (?:is )?too (?:large|big)|size limit|exceeds (?:\\w+ )?maximum",
              TOO_LARGE),
          words("quota|mailbox (?:is )?full|insufficient (?:system )?storage", OVER_CAPACITY),
          words(
              "(?:host|domain) (?:name )?not found|host or domain name not found|unknown host"
                  + "|no such (?:host|domain)|domain does not exist|nxdomain",
              UNKNOWN_HOST),
          words("(?:bad|invalid|malformed)[\\w ]{0,30} syntax|address syntax", ADDRESS_FORMAT),
          words(
              "user unknown|unknown user|no such (?:user|recipient|mailbox|address|person)"
                  + "|unknown recipient|invalid recipient|recipient (?:address )?rejected"
                  + "|mailbox (?:not found|unavailable|does not exist)|no mailbox"
                  + "|does not exist|couldn't find any|unrouteable address"
                  + "|(?:account|mailbox|user) (?:is |has been )?(?:disabled|inactive|suspended)",
              UNKNOWN_USER),
          words("mail loop|too many hops|loops back|forwarding", FORWARD_ERROR),
          words("expired|timed out|time-?out|in the queue too long|giving up", RETRY_TIMEOUT),
          words(
              "spam|policy|blocked|block ?list|black ?list|denied|rejected|refused|dmarc|dkim"
                  + "|spf|reputation|virus|not allowed|prohibited|relay",
              REJECTED_BY_POLICY));

  /// Those that pass, or that are about the one mail, and not about the address.
  private static final Set<BounceReason> PASSING =
      Set.of(RETRY_TIMEOUT, REJECTED_BY_POLICY, OVER_CAPACITY, SERVER_ERROR, TOO_LARGE);

  private final int code;

  BounceReason(int code) {
    this.code = code;
  }

  private static Map.Entry<Pattern, BounceReason> words(String pattern, BounceReason reason) {
    return Map.entry(Pattern.compile(pattern), reason);
  }

  /// Classes a failure.
  ///
  /// @param status an enhanced status code; empty or anything else when there is none
  /// @param diagnostic what the other server answered, at most some thousand characters
  static BounceReason of(String status, String diagnostic) {
    String text = diagnostic.toLowerCase(Locale.ROOT);
    Optional<BounceReason> notTried = first(NOT_TRIED, text);
    if (notTried.isPresent()) {
      return notTried.get();
    }
    Matcher code = STATUS.matcher(status);
    boolean isCode = code.find();
    if (isCode) {
      BounceReason exact = EXACT.get(code.group(1) + "." + code.group(2));
      if (exact != null) {
        return exact;
      }
    }
    return first(WORDS, text)
        .orElseGet(() -> isCode ? bySubject(code.group(1), status.startsWith("4")) : OTHER);
  }

  private static Optional<BounceReason> first(
      List<Map.Entry<Pattern, BounceReason>> all, String text) {
    return all.stream()
        .filter(words -> words.getKey().matcher(text).find())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /// What is left of a code that no words explain (RFC 3463 §3.1).
  private static BounceReason bySubject(String subject, boolean isPassing) {
    return switch (subject) {
      case "1", "2" -> UNKNOWN_USER;
      case "3", "5" -> SERVER_ERROR;
      case "4" -> isPassing ? RETRY_TIMEOUT : SERVER_ERROR;
      case "7" -> REJECTED_BY_POLICY;
      default -> OTHER;
    };
  }

  /// True when another mail to the address would fare the same.
  boolean isLasting() {
    return !PASSING.contains(this);
  }

  /// The number.
  public int code() {
    return code;
  }

  /// Our word, such as `unknown-user`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
