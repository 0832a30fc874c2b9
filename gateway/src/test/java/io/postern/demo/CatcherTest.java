package io.postern.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class CatcherTest {
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final BlockingQueue<Caught> caught = new LinkedBlockingQueue<>();
  private final HttpClient client = HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  private Catcher catcher;

  @AfterEach
  void stop() {
    client.shutdownNow();
    if (catcher != null) {
      catcher.close();
    }
  }

  @Test
  void showsAFormReadably() throws Exception {
    start(Answering.OK);
    String form =
        """
        --b
        Content-Disposition: form-data; name="filter"

        support
        --b
        Content-Disposition: form-data; name="headers"

        [{"name":"Received","value":"x"},{"name":"Subject","value":"見積"},{"name":"From","value":"\\u003Ca@b\\u003E"},{"name":"from","value":"second"}]
        --b
        Content-Disposition: form-data; name="text"

        line one
        \u001B[31mline two\u202E
        --b
        Content-Disposition: form-data; name="attachment1"; filename="見積%0A書.csv"
        Content-Type: text/csv

        a,b
        --b--
        """
            .replace("\n", "\r\n");

    int status =
        post(
            "/hooks/support?x=1",
            "multipart/form-data; boundary=b",
            BodyPublishers.ofString(form),
            "webhook-id",
            "id-1",
            "postern-attempt",
            "2");

    assertEquals(200, status);
    int length = form.getBytes(UTF_8).length;
    String page = screen().replaceAll("sha256 [0-9a-f]{12}\\b", "sha256 ...");
    assertEquals(
        """
        03:04:05.678Z  POST /hooks/support?x=1
            postern-attempt     2
            webhook-id          id-1
            content-type        multipart/form-data; boundary=b
            length              %d bytes, sha256 ...
            filter              support
            headers             From:       <a@b>
                                Subject:    見積
                                + 2 more
            text                line one
                                \\u001B[31mline two\\u202E
            attachment1         file "見積\\n書.csv", text/csv, 3 bytes, sha256 ...
            answered            200
        """
            .formatted(length),
        page);
    Caught post = take();
    assertEquals(Optional.of("support"), post.field("filter"));
    assertEquals("/hooks/support", post.path());
    assertEquals(length, post.length());
    assertTrue(post.whole());
    assertEquals(FakeClock.START, post.at());
  }

  @Test
  void saysWhatIsWrongWithAForm() throws Exception {
    start(Answering.OK);

    post("/", "multipart/form-data; boundary=b", BodyPublishers.ofString("--b\r\nX"));

    assertTrue(screen().contains("PROBLEM             part 1: "), screen());
    Caught.Content.Form form = assertInstanceOf(Caught.Content.Form.class, take().content());
    assertEquals(1, form.data().problems().size());
  }

  @Test
  void showsJsonMemberByMember() throws Exception {
    start(Answering.OK);

    post(
        "/",
        "application/json; charset=utf-8",
        BodyPublishers.ofString(
            "{\"subject\":\"\\u001b]0;x\\u0007\",\"n\":1,\"headers\":[{\"name\":\"To\",\"value\":\"y\"}],"
                + "\"deep\":{\"a\":[true]}}"));

    assertTrue(screen().contains("    subject             \\u001B]0;x\\u0007\n"), screen());
    assertTrue(screen().contains("    n                   1\n"), screen());
    assertTrue(screen().contains("    headers             To:         y\n"), screen());
    assertTrue(screen().contains("    deep                {\n"), screen());
  }

  @Test
  void showsWhatOnlyPretendsToBeJson() throws Exception {
    start(Answering.OK);

    for (String text : List.of("{\"a\":", "[".repeat(100_000), "", "{\"a\":1}x")) {
      assertEquals(200, post("/", "application/json", BodyPublishers.ofString(text)));
      assertEquals(new Caught.Content.Json(text), take().content());
    }
    assertTrue(screen().contains("PROBLEM             not JSON"), screen());
  }

  @Test
  void showsTheHeadOfAMessageAndTheSizeOfAnythingElse() throws Exception {
    start(Answering.OK);

    post("/", "message/rfc822", BodyPublishers.ofString("From: a\r\nTo: b\r\n\r\nFrom: body"));
    post("/", "image/png", BodyPublishers.ofByteArray(new byte[1234]));

    assertEquals(new Caught.Content.Message(List.of("From: a", "To: b")), take().content());
    assertEquals(new Caught.Content.Other(), take().content());
    assertTrue(screen().contains("header              From: a\n"), screen());
    assertTrue(screen().contains("length              1,234 bytes"), screen());
    assertFalse(screen().contains("From: body"), screen());
  }

  @Test
  void failsTheFirstPostsOfEachId() throws Exception {
    start(new Answering(503, 2, "", Duration.ZERO));

    assertEquals(List.of(503, 503, 200, 200), statuses("id-1", 4));
    assertEquals(List.of(503, 503, 200), statuses("id-2", 3));
  }

  @Test
  void failsAlwaysOrOnOnePathOnly() throws Exception {
    start(new Answering(410, 0, "/bad", Duration.ZERO));

    for (int i = 0; i < 3; i++) {
      assertEquals(410, post("/bad?q", "a/b", BodyPublishers.noBody()));
      assertEquals(200, post("/good", "a/b", BodyPublishers.noBody()));
    }
    assertTrue(screen().contains("answered            410 (as told to)"), screen());
  }

  @Test
  void answersLateWhenToldTo() throws Exception {
    start(new Answering(200, 0, "", Duration.ofHours(1)));

    assertThrows(HttpTimeoutException.class, () -> post("/", "a/slow", BodyPublishers.noBody()));
    assertEquals(200, take().answered());
  }

  @Test
  void refusesOtherMethods() throws Exception {
    start(Answering.OK);

    var answer = client.send(HttpRequest.newBuilder(uri("/x")).build(), BodyHandlers.discarding());

    assertEquals(405, answer.statusCode());
    assertTrue(screen().contains("GET /x: answered 405"), screen());
    assertEquals(0, caught.size());
  }

  @Test
  void looksAtTheFirst64MegabytesAndDropsTheRest() throws Exception {
    start(Answering.OK);
    int size = Catcher.BODY_MAX + 3;

    post("/", "a/b", BodyPublishers.ofInputStream(() -> new Zeros(size)));

    Caught post = take();
    assertEquals(size, post.length());
    assertFalse(post.whole());
    assertTrue(screen().contains("67,108,867 bytes, of which only the first 64 MB"), screen());
  }

  @Test
  void saysThatTheSenderWentAway() throws Exception {
    start(Answering.OK);

    try (Socket socket = new Socket(catcher.address().getAddress(), catcher.address().getPort())) {
      socket
          .getOutputStream()
          .write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc".getBytes(ISO_8859_1));
    }

    assertFalse(take().whole());
    assertTrue(screen().contains("3 bytes, then the sender went away"), screen());
  }

  @Test
  void pageStaysShortWhateverTheForm() throws Exception {
    start(Answering.OK);
    String form =
        IntStream.range(0, 500)
            .mapToObj(
                i ->
                    "--b\r\nContent-Disposition: form-data; name=\"n%d\"\r\n\r\n%s\r\n"
                        .formatted(i, "x\n".repeat(100)))
            .collect(Collectors.joining());

    post("/", "multipart/form-data; boundary=b", BodyPublishers.ofString(form + "--b--\r\n"));

    assertTrue(screen().lines().count() < 900, "lines: " + screen().lines().count());
    assertTrue(screen().contains("... (+ 176 characters)"), screen());
    assertTrue(screen().contains("... (+ 442 rows)"), screen());
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    assertThrows(IllegalArgumentException.class, () -> new Answering(100, 0, "", Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> new Answering(500, -1, "", Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> new Answering(500, 0, "", Duration.ofSeconds(-1)));
  }

  private void start(Answering answering) throws IOException {
    catcher =
        Catcher.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            answering,
            new PrintStream(screen, true, UTF_8),
            new FakeClock(),
            caught::add);
  }

  private Caught take() throws InterruptedException {
    Caught post = caught.poll(60, TimeUnit.SECONDS);
    assertTrue(post != null, "no post came");
    return post;
  }

  private String screen() {
    return screen.toString(UTF_8).replace(System.lineSeparator(), "\n");
  }

  private List<Integer> statuses(String id, int posts) throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < posts; i++) {
      statuses.add(post("/", "a/b", BodyPublishers.noBody(), "webhook-id", id));
    }
    return statuses;
  }

  private int post(String path, String type, BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(type.equals("a/slow") ? 1 : 60))
            .header("Content-Type", type)
            .POST(body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + catcher.address().getPort() + path);
  }

  /// So many zero bytes.
  private static final class Zeros extends InputStream {
    private int left;

    Zeros(int size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      int count = Math.min(left, length);
      left -= count;
      return count == 0 ? -1 : count;
    }
  }
}
