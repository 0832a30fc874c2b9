package io.postern.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;

/// A mail of the demo. Its message is 7-bit whatever its language: ISO-2022-JP was made for that.
///
/// @param from the reverse-path, without angle brackets
/// @param to the one recipient
/// @param messageId the header Message-ID, by which the mail is known again in webhook and log
/// @param message header and body, lines ended by CRLF
record Letter(String from, String to, String messageId, String message) {
  /// The permitted domain that the demo's gateway is given.
  static final String DOMAIN = "in.example.com";

  static final String JAPANESE_SUBJECT = "お見積りの件";
  static final String JAPANESE_TEXT = "山田様\r\n\r\n見積書をお送りします。\r\nよろしくお願いいたします。\r\n";
  static final String FILE_NAME = "見積書.csv";
  static final String FILE = "品名,数量\r\nりんご,3\r\nみかん,12\r\n";

  private static final Charset ISO_2022_JP = Charset.forName("ISO-2022-JP");

  /// RFC 5322 §3.3.
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /// A Japanese mail as Japanese mail programs write it, with a file that has a Japanese name.
  static Letter japanese(Instant date) {
    String text =
        """
        From: =?ISO-2022-JP?B?%s?= <hanako@example.jp>
        To: support@in.example.com
        Subject: =?ISO-2022-JP?B?%s?=
        Date: %s
        Message-ID: <demo-1@example.jp>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="=_demo"

        --=_demo
        Content-Type: text/plain; charset=ISO-2022-JP
        Content-Transfer-Encoding: 7bit

        %s
        --=_demo
        Content-Type: text/csv; charset=utf-8
        Content-Disposition: attachment; filename*=UTF-8''%s
        Content-Transfer-Encoding: base64

        %s
        --=_demo--
        """
            .formatted(
                base64("鈴木花子", ISO_2022_JP),
                base64(JAPANESE_SUBJECT, ISO_2022_JP),
                DATE.format(date),
                new String(JAPANESE_TEXT.getBytes(ISO_2022_JP), US_ASCII).replace("\r\n", "\n"),
                URLEncoder.encode(FILE_NAME, UTF_8),
                base64(FILE, UTF_8));
    return letter("hanako@example.jp", "support@in.example.com", "<demo-1@example.jp>", text);
  }

  /// A mail that claims to come from the permitted domain itself.
  static Letter forged(Instant date) {
    String text =
        """
        From: "The Director" <director@in.example.com>
        To: support@in.example.com
        Subject: Urgent payment
        Date: %s
        Message-ID: <demo-2@forger.example.net>

        Please pay the attached bill at once.
        """
            .formatted(DATE.format(date));
    return letter(
        "bulk@forger.example.net", "support@in.example.com", "<demo-2@forger.example.net>", text);
  }

  /// A plain mail to the recipient whose endpoint fails once.
  static Letter order(Instant date) {
    String text =
        """
        From: "Shop" <shop@example.org>
        To: orders@in.example.com
        Subject: Order 17
        Date: %s
        Message-ID: <demo-3@example.org>

        Two boxes, please.
        """
            .formatted(DATE.format(date));
    return letter("shop@example.org", "orders@in.example.com", "<demo-3@example.org>", text);
  }

  private static Letter letter(String from, String to, String messageId, String text) {
    return new Letter(from, to, messageId, text.replace("\n", "\r\n"));
  }

  private static String base64(String text, Charset charset) {
    return Base64.getEncoder().encodeToString(text.getBytes(charset));
  }
}
