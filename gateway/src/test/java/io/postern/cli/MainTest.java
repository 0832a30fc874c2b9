package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MainTest {

  @Test
  void aVersionIsOneLineThatStartsWithTheName() {
    StringWriter out = new StringWriter();

    int exit = new CommandLine(new Main()).setOut(new PrintWriter(out)).execute("--version");

    assertEquals(0, exit);
    assertEquals("postern (unpackaged)", out.toString().strip());
  }
}
