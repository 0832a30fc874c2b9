package io.postern.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is answered to an order.
final class ConsoleTest {
  @TempDir private Path folder;

  @Test
  void anOrderIsAnsweredWithWhatItChanged() throws Exception {
    HttpResponse<String> answer = answer(_ -> new Done(3, 4));
    assertEquals(200, answer.statusCode());
    assertEquals("3 4", answer.body());
  }

  @Test
  void aStoreThatCanNotIsTold() throws Exception {
    HttpResponse<String> answer =
        answer(
            _ -> {
              throw new StoreUnavailable("no room", true, new IllegalStateException());
            });
    assertEquals(503, answer.statusCode());
    assertEquals("no room", answer.body());
  }

  /// Without an answer, who gave the order would not know that it was heard.
  @Test
  void aFaultOfOursIsAnsweredToo() throws Exception {
    HttpResponse<String> answer =
        answer(
            _ -> {
              throw new IllegalStateException("a bug");
            });
    assertEquals(500, answer.statusCode());
    assertEquals("internal error; see the service log", answer.body());
  }

  private HttpResponse<String> answer(Controls controls) throws Exception {
    Token token = Token.make(folder, new Random(1));
    Console.Parts parts =
        new Console.Parts(() -> new Health("", List.of()), List::of, () -> "", controls, token);
    Settings settings = new Settings(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    try (Console console = Console.open(settings, parts);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest order =
          HttpRequest.newBuilder(URI.create("http:/" + console.address() + "/order"))
              .header("authorization", token.header())
              .POST(BodyPublishers.ofString("do=pause&rule=desk"))
              .build();
      return client.send(order, BodyHandlers.ofString());
    }
  }
}
