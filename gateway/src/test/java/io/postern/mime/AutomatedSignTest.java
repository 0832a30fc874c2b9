package io.postern.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Address;
import io.postern.mail.Domain;
import io.postern.mail.ReversePath;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutomatedSignTest {
  private static final ReversePath ANN =
      new ReversePath.Of(new Address("ann", Domain.parse("example.org").orElseThrow()));

  private static List<String> signs(ReversePath from, String headers) {
    byte[] bytes = headers.getBytes(UTF_8);
    return AutomatedSign.of(from, Headers.read(bytes, bytes.length)).stream()
        .map(sign -> sign.kind().word() + " " + sign.detail())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Auto-Submitted: Auto-Replied (vacation); owner-email=\"a@b\" | auto-submitted"
            + " auto-replied",
        "Auto-Submitted: auto-generated                        | auto-submitted auto-generated",
        "Content-Type: multipart/report; report-type=Delivery-Status | report delivery-status",
        "Content-Type: Multipart/Report                        | 'report '",
        "Precedence: Bulk                                      | precedence bulk",
        "Precedence: auto_reply                                | precedence auto_reply",
        "List-Id: Plans <plans.example.org>                    | list Plans <plans.example.org>",
        "List-Unsubscribe: <mailto:a@example.org>              | list List-Unsubscribe",
        "X-Auto-Response-Suppress: All                         | auto-response-suppress all"
      })
  void tellsEachSign(String header, String sign) {
    assertEquals(List.of(sign), signs(ANN, header + "\n"));
  }

  @Test
  void tellsAllSignsOfAMailInOneOrder() {
    String headers = "List-Id: <l.example.org>\nPrecedence: list\nAuto-Submitted: auto-generated\n";
    assertEquals(
        List.of(
            "null-sender ",
            "auto-submitted auto-generated",
            "precedence list",
            "list <l.example.org>"),
        signs(ReversePath.NULL, headers));
  }

  @ParameterizedTest
  @CsvSource({
    "Auto-Submitted: no",
    "Auto-Submitted: (none)",
    "Precedence: first-class",
    "X-Auto-Response-Suppress: None",
    "Content-Type: multipart/mixed; report-type=delivery-status",
    "Subject: Out of office"
  })
  void findsNothingInWhatAPersonWrote(String header) {
    assertEquals(List.of(), signs(ANN, header + "\n"));
  }

  @Test
  void boundsWhatItTells() {
    String header = "List-Id: " + "😀".repeat(500) + "\n";
    assertEquals(
        "list " + "😀".repeat(AutomatedSign.DETAIL_MAX / 2), signs(ANN, header).getFirst());
    String odd = "List-Id: x" + "😀".repeat(500) + "\n";
    assertEquals(
        "list x" + "😀".repeat(AutomatedSign.DETAIL_MAX / 2 - 1), signs(ANN, odd).getFirst());
  }
}
