package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.mail.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  /// Gives its bytes in pieces of random length, as a store may.
  private static final class InPieces implements Message {
    private final byte[] bytes;
    private final long seed;

    InPieces(byte[] bytes, long seed) {
      this.bytes = bytes;
      this.seed = seed;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long offset) {
      Random chance = new Random(seed);
      return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset) {
        @Override
        public synchronized int read(byte[] b, int off, int len) {
          return super.read(b, off, Math.min(len, 1 + chance.nextInt(40_000)));
        }
      };
    }
  }

  private static List<String> lines(Message message) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    long expected = 0;
    try (LineReader reader = LineReader.of(Source.of(message))) {
      while (reader.next()) {
        assertEquals(expected, reader.start());
        if (reader.starts() && reader.start() > 0) {
          lines.add(line.toString());
          line.setLength(0);
        }
        String piece =
            new String(reader.bytes(), reader.from(), reader.to() - reader.from(), ISO_8859_1);
        line.append(piece);
        expected = reader.end();
        assertEquals(reader.start() + piece.length() + reader.terminator(), expected);
      }
      assertEquals(expected, reader.end());
    }
    assertEquals(message.size(), expected);
    lines.add(line.toString());
    return lines;
  }

  @Test
  void endsLinesAtEachKindOfLineEnd() throws IOException {
    assertEquals(
        List.of("a", "b", "c", "d", "", "e"),
        lines(new Letters().raw("a\r\nb\nc\rd\r\r\n\ne").message()));
  }

  @Test
  void seesTheSameLinesHoweverTheBytesCome() throws IOException {
    Random chance = new Random(7);
    for (int round = 0; round < 60; round++) {
      StringBuilder text = new StringBuilder();
      int size = 66_000 + chance.nextInt(200_000);
      while (text.length() < size) {
        // Some lines are longer than the window, and many line ends lie at its edge.
        int length = chance.nextInt(50) == 0 ? chance.nextInt(140_000) : chance.nextInt(100);
        text.repeat("x", length);
        text.append(new String[] {"\r\n", "\n", "\r", "\r\r\n", "\n\r\n"}[chance.nextInt(5)]);
      }
      text.append('.');
      List<String> wanted = List.of(text.toString().split("\r\r\n|\r\n|\n|\r", -1));
      byte[] bytes = text.toString().getBytes(ISO_8859_1);
      assertEquals(wanted, lines(new InPieces(bytes, round)));
    }
  }
}
