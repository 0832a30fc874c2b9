package io.postern.webhook;

import io.postern.mail.Message;
import io.postern.mime.Letters;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A mail that has what the formats of the hosted services differ in, and one that is out to harm
/// their receivers.
final class ServiceMail {
  static final String TEXT =
      """
      Received: from origin.example.com by mx.example.com; Mon, 2 Nov 2026 03:04:00 +0000
      Received: by origin.example.com; Mon, 2 Nov 2026 03:03:59 +0000
      From: =?utf-8?Q?M=C3=BCller,_J=C3=BCrgen?= <juergen+x@example.com>
      To: "Desk, the" <desk+ticket-17@in.example.com>, other@example.com
      Cc: =?utf-8?B?5bGx55Sw?= <yamada@example.com>
      Reply-To: answers@example.com
      Subject: =?utf-8?B?6KaL56mN?= <4711>
      Date: Mon, 2 Nov 2026 12:04:00 +0900 (JST)
      Message-ID: <1@example.com>
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary=b

      --b
      Content-Type: text/plain; charset=utf-8

      two boxes & more = 二箱
      --b
      Content-Type: text/html; charset=utf-8

      <img src="cid:logo@example.com">
      --b
      Content-Type: text/csv; name="list.csv"

      a,b
      --b
      Content-Type: image/png; name="logo.png"
      Content-ID: <logo@example.com>
      Content-Disposition: inline
      Content-Transfer-Encoding: base64

      iVBORw0KGgo=
      --b
      Content-Type: image/png; name="again.png"
      Content-ID: <logo@example.com>

      x
      --b--
      """;

  /// Header fields named like fields of payloads, and such as may stand once standing twice.
  static final String HOSTILE =
      """
      Return-Path: <forged@example.com>
      recipient: evil@example.com
      Sender: a@example.com
      Sender: b@example.com
      signature: 0
      timestamp: 0
      TOKEN: 0
      attachments: []
      attachment-1: x
      recipient[0]: evil@example.com
      body.plain: evil
      From: a@example.com
      from: b@example.com
      Subject: one
      subject: two
      To: desk@in.example.com
      Message-ID: <1@example.com>
      Message-ID: <2@example.com>
      X-Twice: 1
      X-Twice: 2

      hello
      """;

  static final String REPLY =
      """
      From: b@example.com
      Subject: Re: x

      Yes, please.

      On Monday, Ann wrote:
      > Shall we?
      --\s
      Bob
      """;

  private ServiceMail() {}

  static Payload payload(String mail) throws IOException {
    Message message = Letters.of(mail);
    return Payloads.of(message);
  }

  static JsonNode json(Body body) throws IOException {
    return JsonMapper.shared().readTree(Payloads.bytes(body));
  }

  /// The parts of a form by name, each of which must stand there once.
  static Map<String, FormReader.Part> once(List<FormReader.Part> parts) {
    return parts.stream().collect(Collectors.toMap(FormReader.Part::name, part -> part));
  }

  static String names(List<FormReader.Part> parts) {
    return parts.stream().map(FormReader.Part::name).collect(Collectors.joining(" "));
  }

  static String names(JsonNode object) {
    return String.join(" ", object.propertyNames());
  }
}
