package io.postern.mime;

import io.postern.mail.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// Mails that were made to cost much: what brought other readers down, and what could bring ours.
public final class HostileMails {
  private static final String MULTIPART = "Content-Type: multipart/mixed; boundary=b\n\n";

  private HostileMails() {}

  /// All of them by name. Each is made anew when asked for, for some are large.
  public static Map<String, Supplier<Message>> all() {
    Map<String, Supplier<Message>> all = new LinkedHashMap<>();
    all.put("10,000 multiparts nested, not ended", () -> mail(nested(10_000)));
    all.put(
        "10,000 multiparts nested, all ended",
        () -> mail(nested(10_000) + repeat(10_000, i -> "--b" + (9_999 - i) + "--\n")));
    all.put("500 multiparts nested", () -> mail(nested(500)));
    all.put("50 multiparts nested", () -> mail(nested(50) + "\ntext\n"));
    all.put("3,000 messages nested", () -> mail("Content-Type: message/rfc822\n\n".repeat(3_000)));
    all.put("1,000,000 headers", () -> mail("A: 1\n".repeat(1_000_000) + "\nx\n"));
    all.put("1,000 headers", () -> mail("A: 1\n".repeat(1_000) + "\nx\n"));
    all.put("a header line of 1 MB", () -> mail("A: " + "x".repeat(1_000_000) + "\n\nx\n"));
    all.put("a header line of 250 KB", () -> mail("A: " + "x".repeat(250_000) + "\n\nx\n"));
    all.put(
        "100,000 parameters",
        () -> mail("Content-Type: text/plain" + repeat(100_000, i -> "; p" + i + "=x") + "\n\nx"));
    all.put(
        "20,000 parameters",
        () -> mail("Content-Type: text/plain" + repeat(20_000, i -> "; p" + i + "=x") + "\n\nx"));
    all.put(
        "50,000 encoded words",
        () -> mail("Subject: " + "=?utf-8?Q?a?= ".repeat(50_000) + "\n\nx\n"));
    all.put(
        "15,000 encoded words of unknown charsets",
        () -> mail("Subject: " + repeat(15_000, i -> "=?x" + i + "?Q?a?= ") + "\n\nx\n"));
    all.put(
        "100,000 parts",
        () -> mail(MULTIPART + "--b\nContent-Type: image/png\n\nx\n".repeat(100_000)));
    all.put("1,000 texts", () -> mail(MULTIPART + "--b\n\nx\n".repeat(1_000)));
    all.put(
        "1,000 files of nothing",
        () ->
            mail(
                MULTIPART
                    + ("--b\nContent-Type: a/b\nContent-Transfer-Encoding: x-uuencode\n\n"
                            + "end\n".repeat(1_000))
                        .repeat(1_000)));
    all.put("broken base64, 8 MB", () -> encoded("base64", "*A=\n".repeat(2_000_000)));
    all.put("broken uuencode, 8 MB", () -> encoded("x-uuencode", "M~~~\n".repeat(1_600_000)));
    all.put(
        "broken quoted-printable, 8 MB",
        () -> encoded("quoted-printable", "= =".repeat(2_700_000)));
    all.put("unknown charset", () -> mail("Content-Type: text/plain; charset=\u0001?\n\nx\n"));
    all.put("unknown transfer encoding", () -> encoded("rot13", "x\n"));
    all.put("boundary never there", () -> mail(MULTIPART + "x\n".repeat(1_000_000)));
    all.put(
        "no boundary", () -> mail("Content-Type: multipart/mixed\n\n" + "--\n".repeat(100_000)));
    all.put("empty multipart", () -> mail(MULTIPART + "--b--\n"));
    all.put("broken From, 250 KB", () -> mail("From: " + "<a@b(\"".repeat(40_000) + "\n\nx\n"));
    all.put(
        "lines that are nearly delimiters", () -> mail(nested(50) + "--b7777\n".repeat(300_000)));
    all.put(
        "one boundary at every depth",
        () -> mail((MULTIPART + "--b\n").repeat(50) + "--b\n".repeat(900)));
    readings(all);
    return all;
  }

  /// What costs the readings of a text and of a report.
  private static void readings(Map<String, Supplier<Message>> all) {
    all.put("a text of line ends", () -> mail("\n" + "\n".repeat(4_000_000)));
    all.put("a text of colons", () -> mail("\n" + "On 2026 wrote:\n".repeat(100_000)));
    all.put("a text of quotes", () -> mail("\n" + ">".repeat(200_000) + "\n> x\n".repeat(100_000)));
    all.put("a text of From lines", () -> mail("\n" + "From: a\n".repeat(100_000)));
    all.put("a text of signatures", () -> mail("\n-- \n" + "-- \n".repeat(100_000)));
    all.put(
        "an Exchange report of blanks",
        () ->
            mail(
                "\ndid not reach the following recipient(s):\n"
                    + (" ".repeat(900) + "a@b\n").repeat(100)));
    all.put(
        "an Exim report of addresses",
        () ->
            mail(
                "\nThis message was created automatically by mail delivery\n"
                    + "  a@b\n".repeat(10_000)));
    all.put(
        "a flowed text of marks",
        () -> mail("Content-Type: text/plain; format=flowed\n\n" + ">".repeat(3_000_000) + " \n"));
    all.put(
        "a report of 100,000 recipients",
        () ->
            mail(
                "Content-Type: message/delivery-status\n\nReporting-MTA: a\n"
                    + "\nFinal-Recipient: rfc822; a@b\n".repeat(100_000)));
    all.put(
        "1,000 messages with long headers",
        () ->
            mail(
                MULTIPART
                    + ("--b\nContent-Type: message/rfc822\n\n" + "A: 1\n".repeat(1_000))
                        .repeat(999)));
    all.put(
        "1,000 messages with long subjects",
        () ->
            mail(
                MULTIPART
                    + ("--b\nContent-Type: message/rfc822\n\nSubject: " + "漢".repeat(5000) + "\n\n")
                        .repeat(999)));
    all.put("64,000 addresses", () -> mail("To: " + "a@b,".repeat(64_000) + "\n\nx\n"));
    all.put("HTML of tags", () -> mail("Content-Type: text/html\n\n" + "<p>a".repeat(1_000_000)));
    all.put(
        "HTML of nothing but tags",
        () -> mail("Content-Type: text/html\n\n" + "<b>".repeat(1_300_000)));
    all.put(
        "HTML of ampersands", () -> mail("Content-Type: text/html\n\n" + "&".repeat(1_000_000)));
    all.put(
        "raw bytes in 1,000 headers",
        () -> new Letters().raw("A: \u00e9\u00ff\r\n".repeat(1_000) + "\r\nx").message());
  }

  private static Message encoded(String encoding, String content) {
    return mail("Content-Transfer-Encoding: " + encoding + "\n\n" + content);
  }

  private static Message mail(String text) {
    return Letters.of(text);
  }

  private static String nested(int depth) {
    return repeat(
        depth, i -> "Content-Type: multipart/mixed; boundary=b" + i + "\n\n--b" + i + "\n");
  }

  private static String repeat(int times, IntFunction<String> bit) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < times; i++) {
      text.append(bit.apply(i));
    }
    return text.toString();
  }
}
