package io.postern.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourcesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "null",
        "[]",
        "{\"format\":2,\"files\":[]}",
        "{\"format\":1,\"files\":[null]}",
        "{\"format\":1,\"files\":[{\"path\":\"a\"}]}"
      })
  void refusesAnArchiveThatIsNone(String text) {
    assertEquals(Optional.empty(), Sources.fromArchive(text));
  }
}
