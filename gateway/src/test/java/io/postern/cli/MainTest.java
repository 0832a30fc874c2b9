package io.postern.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class MainTest {

  @Test
  void aVersionIsOneLineThatStartsWithTheName() {
    assertEquals("postern (unpackaged)", whole("--version").strip());
  }

  @Test
  void aCommandAloneIsTheOneAmongAll() {
    List<String> names = List.copyOf(Main.commandLine().getSubcommands().keySet());

    assertEquals("serve", names.getFirst());
    assertAll(
        names.stream()
            .map(
                name ->
                    () -> {
                      StringWriter alone = new StringWriter();
                      PrintWriter out = new PrintWriter(alone);
                      assertEquals(0, Main.run(new String[] {name, "--help"}, out, out));
                      assertEquals(whole(name, "--help"), alone.toString());
                    }));
  }

  @Test
  void aCommandIsFoundByTheNameThatItGivesItself() {
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      Class<?> type = command.getCommandSpec().userObject().getClass();
      assertEquals(type.getAnnotation(Command.class).name(), command.getCommandName());
    }
  }

  private static String whole(String... arguments) {
    StringWriter out = new StringWriter();
    assertEquals(0, Main.commandLine().setOut(new PrintWriter(out)).execute(arguments));
    return out.toString();
  }
}
