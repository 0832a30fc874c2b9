package io.postern.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.mail.Message;
import io.postern.mail.ReversePath;
import io.postern.mime.Addresses;
import io.postern.mime.AutomatedSign;
import io.postern.mime.Bounce;
import io.postern.mime.Corpus;
import io.postern.mime.Cpu;
import io.postern.mime.Letters;
import io.postern.mime.ParsedMail;
import io.postern.mime.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Twenty thousand mails broken at random, or as many as `postern.mutations` says: each is read and
/// rendered, every part of it is accounted for, and what comes out is well-formed. A mail that
/// fails is shown in hexadecimal, with the seed, which `postern.seed` sets.
class MutationTest {
  private static final int MAILS = Integer.getInteger("postern.mutations", 20_000);
  private static final long SEED = Long.getLong("postern.seed", 20261122);

  @Test
  void leavesEveryMailReadable() {
    Random chance = new Random(SEED);
    List<Dialect> dialects = Payloads.dialects();
    for (int i = 0; i < MAILS; i++) {
      byte[] mail = Corpus.mutant(chance);
      Dialect dialect = dialects.get(i % dialects.size());
      try {
        Cpu.bounded(
            "a mutant",
            () -> {
              check(Letters.of(mail));
              check(Letters.of(mail), dialect);
              return 0;
            });
      } catch (AssertionError e) {
        throw new AssertionError(
            "seed " + SEED + ", mail " + i + ": " + HexFormat.of().formatHex(mail), e);
      }
    }
  }

  /// Another dialect for each mail.
  private static void check(Message message, Dialect dialect) throws IOException {
    Body body = dialect.body(Payloads.of(message), Payloads.proof(""));
    byte[] bytes = bytes(body);
    assertArrayEquals(bytes, bytes(body));
    String type = body.contentType();
    if (type.equals("application/json")) {
      assertFalse(JsonMapper.shared().readTree(bytes).isEmpty());
    } else if (type.startsWith("multipart/")) {
      FormReader.read(type, bytes);
    } else if (type.equals("application/x-www-form-urlencoded")) {
      String form = new String(bytes, UTF_8);
      assertTrue(form.matches("[A-Za-z0-9*._+&=%-]+"), form);
      assertFalse(form.matches(".*%(?![0-9A-F]{2}).*"), form);
    }
  }

  private static void check(Message message) throws IOException {
    Payload payload = Payloads.of(message);
    Corpus.assertAccounted(message, payload.parsed());
    for (String field : List.of("From", "To")) {
      for (String address : Addresses.of(payload.parsed().headers(), field)) {
        assertTrue(address.indexOf('@') > 0, address);
      }
    }

    checkReadings(payload.parsed());

    byte[] jsonBytes = bytes(Payloads.body(Format.JSON, payload));
    // Unlike the parser of JSON, it throws at anything that is not UTF-8.
    UTF_8.newDecoder().decode(ByteBuffer.wrap(jsonBytes));
    JsonNode json = JsonMapper.shared().readTree(jsonBytes);
    int attachments = payload.parsed().attachments().size();
    assertEquals(attachments, json.get("attachments").asInt());
    int headers = payload.parsed().headers().all().size();
    assertEquals(headers + 2, json.get("headers").size());

    Body form = Payloads.body(Format.FORM, payload);
    byte[] formBytes = bytes(form);
    assertArrayEquals(formBytes, bytes(form));
    List<FormReader.Part> parts = FormReader.read(form.contentType(), formBytes);
    assertEquals(json.size() + attachments, parts.size());
    for (FormReader.Part part : parts) {
      if (!part.name().startsWith("attachment")) {
        JsonNode same = json.get(part.name());
        String text = part.text();
        assertEquals(
            part.name().equals("headers") ? same.size() : same.asString(),
            part.name().equals("headers") ? JsonMapper.shared().readTree(text).size() : text);
        assertFalse(text.indexOf('\0') >= 0, "NUL");
      } else if (!part.name().equals("attachments")) {
        assertFalse(part.fileName().matches(".*[/\\\\\\p{Cntrl}].*|\\.*"), part.fileName());
      }
    }
  }

  private static void checkReadings(ParsedMail mail) throws IOException {
    StringBuilder all = new StringBuilder();
    AutomatedSign.of(ReversePath.NULL, mail.headers()).forEach(all::append);
    Bounce.of(mail).ifPresent(all::append);
    mail.defects().forEach(all::append);
    mail.leftOut().forEach(all::append);
    if (mail.text().isPresent()) {
      Reply reply = Reply.of(mail.text().get());
      all.append(reply.signature());
      try (Reader reader = reply.text().open()) {
        all.append(reader.readAllAsString());
      }
    }
    assertTrue(UTF_8.newEncoder().canEncode(all));
  }

  private static byte[] bytes(Body body) throws IOException {
    try (InputStream in = body.source().open()) {
      byte[] bytes = in.readAllBytes();
      assertEquals(body.length(), bytes.length);
      return bytes;
    }
  }
}
