package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DefectTest {
  private static final Path PAGE = Path.of("..", "docs", "reading.md");

  @Test
  void everyKindIsDocumentedAndNoOther() throws IOException {
    assertEquals(
        Arrays.stream(Defect.Kind.values()).map(Defect.Kind::word).toList(), rows("## Defects"));
    assertEquals(
        Arrays.stream(AutomatedSign.Kind.values()).map(AutomatedSign.Kind::word).toList(),
        rows("## Automated mail"));
  }

  @Test
  void detailsAreShort() {
    Defect defect = new Defect(Defect.Kind.FALSE_TYPE, "x".repeat(10_000));
    assertEquals(Defect.DETAIL_MAX, defect.detail().length());
    assertEquals("unknown charset: x", new Defect(Defect.Kind.UNKNOWN_CHARSET, "x").text());
    assertEquals("a multipart has no end", new Defect(Defect.Kind.NO_END).text());
  }

  /// The first column of the table under a heading.
  private static List<String> rows(String heading) throws IOException {
    String page = Files.readString(PAGE);
    String section = page.substring(page.indexOf(heading));
    int end = section.indexOf("\n## ", 1);
    return Pattern.compile("(?m)^\\| `([^`]+)`")
        .matcher(end < 0 ? section : section.substring(0, end))
        .results()
        .map(row -> row.group(1))
        .toList();
  }
}
