package io.postern.store.sqlite;

import static io.postern.queue.Samples.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.queue.Spool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SegmentWriterTest {
  private static final byte[] BLOCK = bytes(Spool.BLOCK);

  @TempDir private Path folder;

  @Test
  void whatIsTakenBackIsGoneFromTheSegmentThatItFilled() throws Exception {
    Segments segments = new Segments(folder.resolve("postern.db"));
    segments.belongTo(1, 0);
    SegmentWriter writer = new SegmentWriter(segments);
    Extent kept = append(writer);
    while (kept.start() + 2L * BLOCK.length < SegmentWriter.SEGMENT_BYTES) {
      kept = append(writer);
    }
    writer.sync();
    writer.mark();
    assertEquals(1, append(writer).segment(), "the last that has room");
    assertEquals(2, append(writer).segment());

    writer.back();

    assertEquals(kept.start() + kept.length(), Files.size(segments.path(1)));
    assertEquals(0, Files.size(segments.path(2)));
    assertArrayEquals(BLOCK, segments.read(kept));
    Extent next = append(writer);
    writer.sync();
    assertEquals(0, next.start());
    assertArrayEquals(BLOCK, segments.read(next));
    writer.close();
  }

  private static Extent append(SegmentWriter writer) throws Exception {
    return writer.append(BLOCK, BLOCK.length);
  }
}
