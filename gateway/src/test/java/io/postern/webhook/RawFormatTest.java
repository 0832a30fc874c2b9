package io.postern.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mime.Letters;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RawFormatTest {
  @Test
  void putsTheTraceInFrontOfTheMessageAsItCame() throws IOException {
    String message = "Subject: x\nodd\r\r\n\0\u00ff";
    Body body = Payloads.body(Format.RAW, Payloads.of(new Letters().raw(message).message()));
    assertEquals("message/rfc822", body.contentType());
    assertEquals(
        """
        Return-Path: <bounce@example.com>
        Received: from mx.example.com ([192.0.2.25])
        \tby mx.in.example.com with ESMTPS id 01mail
        \tfor <Desk+1@in.example.com>; Mon, 2 Nov 2026 03:04:05 +0000
        """
                .replace("\n", "\r\n")
            + message,
        new String(Payloads.bytes(body), ISO_8859_1));
  }
}
