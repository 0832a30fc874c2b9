package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.mail.Message;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Base64;

/// Messages for tests: written as text with bare line feeds, which become CR LF, and with bytes put
/// in between.
public final class Letters {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /// A message of which all bytes are there.
  private static final class InMemory implements Message {
    private final byte[] bytes;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long offset) {
      return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
    }
  }

  /// A message of this text, in UTF-8.
  public static Message of(String text) {
    return new Letters().line(text).message();
  }

  /// A message of these bytes.
  public static Message of(byte[] bytes) {
    return new InMemory(bytes);
  }

  /// Adds text, whose line feeds become CR LF.
  public Letters line(String text) {
    bytes.writeBytes(text.replace("\n", "\r\n").getBytes(UTF_8));
    return this;
  }

  /// Adds text in a charset.
  public Letters in(String charset, String text) {
    bytes.writeBytes(text.replace("\n", "\r\n").getBytes(Charset.forName(charset)));
    return this;
  }

  /// Adds one byte for each character.
  public Letters raw(String latin) {
    bytes.writeBytes(latin.getBytes(ISO_8859_1));
    return this;
  }

  /// Adds base64 in lines.
  public Letters base64(byte[] content) {
    bytes.writeBytes(Base64.getMimeEncoder().encode(content));
    return line("\n");
  }

  /// The message.
  public Message message() {
    return new InMemory(bytes.toByteArray());
  }
}
