package io.postern.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// All hostile mails, read and rendered in a Java of its own with 64 MB, of which the mail itself
/// takes up to 10.
class HostileMemoryTest {
  private static final int SECONDS_MAX = 120;

  @Test
  void costOfEachFitsInSmallMemory() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.postern.bench.HostileBench",
                "once")
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS), said);
      assertEquals(0, process.exitValue(), said);
      assertTrue(said.contains("64,000 addresses"), said);
    } finally {
      process.destroyForcibly();
    }
  }
}
