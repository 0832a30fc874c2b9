package io.postern.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.demo.PostedForm.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class PostedFormTest {
  private static final String FIELD = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";

  @Test
  void readsFieldsAndFilesInTheirOrder() throws Exception {
    byte[] file = "one\r\n--\rb two\r\n-".getBytes(UTF_8);
    PostedForm form =
        read(
            "--b\r\n"
                + FIELD
                + "ä\r\n"
                + "z\r\n"
                + "--b\r\n"
                + "content-disposition: form-data; name=\"attachment1\"; filename=\"見積"
                + " %22x%22%0D%0A.csv\"\r\n"
                + "Content-Type: text/csv\r\n\r\n"
                + new String(file, UTF_8)
                + "\r\n--b--\r\n");

    assertEquals(List.of(), form.problems());
    assertEquals(Optional.of("ä\r\nz"), form.field("a"));
    assertEquals(2, form.parts().size());
    assertEquals(
        List.of(
            new Part.Attached(
                "attachment1", "見積 \"x\"\r\n.csv", "text/csv", file.length, sha256(file))),
        form.files());
  }

  @Test
  void readsEmptyFormEmptyValueAndValueOfDelimiterPieces() throws Exception {
    assertEquals(new PostedForm(List.of(), List.of()), read("--b--\r\n"));
    assertEquals(Optional.of(""), read("--b\r\n" + FIELD + "\r\n--b--").field("a"));
    String pieces = "\r\r\n\r\n-\r\n--\r\r\n--c\r\n--B\r";
    PostedForm form = read("--b\r\n" + FIELD + pieces + "\r\n--b--\r\n");
    assertEquals(Optional.of(pieces), form.field("a"));
    assertEquals(List.of(), form.problems());
  }

  /// In these bodies `|` stands for CRLF, `D:` for the disposition of a field and `OK` for a whole
  /// head.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "preamble|--b|OKx|--b--|",
        "--b\nOKx|--b--|",
        "--b|OKx|--b--|epilogue",
        "--b|OKx|--b-- |",
        "--b|OKx|--bb--|",
        "--b|OKx|",
        "--b|OKx\n--b--|",
        "--b|D: name=\"a\"\n|x|--b--|",
        "--b|D: name=\"a\"\r|x|--b--|",
        "--b||x|--b--|",
        "--b|Content-Disposition: attachment; name=\"a\"||x|--b--|",
        "--b|D: name=a||x|--b--|",
        "--b|D: name=\"a\"b\"||x|--b--|",
        "--b|D: name=\"a\"; filename*=UTF-8''x||x|--b--|",
        "--b|X-Other: 1|OKx|--b--|",
        "--b|Content-Type: a/b|Content-Type: a/b|OKx|--b--|",
        "--b|D: name=\"a\"|OKx|--b--|"
      })
  void namesWhatIsWrong(String body) throws Exception {
    String spelled =
        body.replace("OK", FIELD)
            .replace("D:", "Content-Disposition: form-data;")
            .replace("|", "\r\n");

    assertEquals(1, read(spelled).problems().size());
  }

  @Test
  void namesBytesThatAreNotUtf8() throws Exception {
    PostedForm inValue = read("--b\r\n" + FIELD + "\u00FF\r\n--b--\r\n", ISO_8859_1);
    assertEquals(List.of("field a: the value is not UTF-8"), inValue.problems());
    assertEquals(Optional.of("\uFFFD"), inValue.field("a"));

    PostedForm inName =
        read("--b\r\n" + FIELD.replace("a\"", "\u00FF\"") + "x\r\n--b--\r\n", ISO_8859_1);
    assertEquals(List.of("part 1: a header line that is not UTF-8"), inName.problems());
  }

  @Test
  void keepsLimitsAndCountsWhatItDoesNotKeep() throws Exception {
    PostedForm manyParts = read(("--b\r\n" + FIELD + "x\r\n").repeat(1001) + "--b--\r\n");
    assertEquals(PostedForm.PARTS_MAX, manyParts.parts().size());
    assertEquals(List.of("more than 1000 parts"), manyParts.problems());

    PostedForm longHead = read("--b\r\nX: " + "y".repeat(PostedForm.HEAD_MAX) + "\r\n");
    assertEquals(List.of("part 1: more than 16384 bytes of header"), longHead.problems());

    String value = "日".repeat(400_000);
    PostedForm longValue = read("--b\r\n" + FIELD + value + "\r\n--b--\r\n");
    Part.Field field = assertInstanceOf(Part.Field.class, longValue.parts().getFirst());
    assertEquals(1_200_000, field.size());
    assertEquals(sha256(value.getBytes(UTF_8)), field.sha256());
    assertTrue(value.startsWith(field.value()));
    assertTrue(field.value().length() > 349_000 && field.value().length() <= 349_525);
    assertEquals(List.of(), longValue.problems());

    PostedForm longValues =
        read(("--b\r\n" + FIELD + "x".repeat(1 << 20) + "\r\n").repeat(10) + "--b--\r\n");
    int kept =
        longValues.parts().stream().mapToInt(part -> ((Part.Field) part).value().length()).sum();
    assertTrue(kept <= PostedForm.VALUES_MAX, "kept " + kept);
  }

  /// Whatever is done to a right form, the reader returns, within its bounds, and never takes it
  /// for a right form of other content: a lost delimiter or a changed header is a problem or
  /// another value.
  @Test
  void returnsWhateverTheBytesAre() throws Exception {
    byte[] right =
        ("--b\r\n"
                + FIELD
                + "value\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; "
                + "filename=\"x\"\r\nContent-Type: a/b\r\n\r\nfile\r\n--b--\r\n")
            .getBytes(UTF_8);
    long seed = 20260102;
    Random random = new Random(seed);
    PostedForm original = PostedForm.read(new ByteArrayInputStream(right), "b");
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = right.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] =
            (byte) "\r\n-b\":; \u0000a".charAt(random.nextInt(10));
      }
      int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
      PostedForm form = PostedForm.read(new ByteArrayInputStream(bytes, 0, length), "b");
      assertTrue(form.parts().size() <= 3 && form.problems().size() <= PostedForm.PROBLEMS_MAX);
      if (length < right.length - 2) {
        assertFalse(form.equals(original), "seed " + seed + " round " + round);
      }
    }
  }

  @Test
  void passesOnAFailureOfTheStream() throws Exception {
    InputStream broken = InputStream.nullInputStream();
    broken.close();
    assertThrows(IOException.class, () -> PostedForm.read(broken, "b"));
  }

  @Test
  void findsTheBoundary() {
    assertEquals(Optional.of("x-1"), PostedForm.boundary("multipart/form-data; boundary=x-1"));
    assertEquals(Optional.of("a?=b"), PostedForm.boundary("Multipart/Form-Data;boundary=\"a?=b\""));
    for (String none :
        List.of(
            "multipart/mixed; boundary=x",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"x",
            "multipart/form-data; boundary=" + "x".repeat(71))) {
      assertEquals(Optional.empty(), PostedForm.boundary(none), none);
    }
  }

  private static PostedForm read(String body) throws IOException {
    return read(body, UTF_8);
  }

  private static PostedForm read(String body, Charset charset) throws IOException {
    return PostedForm.read(new ByteArrayInputStream(body.getBytes(charset)), "b");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
