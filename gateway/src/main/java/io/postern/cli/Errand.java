package io.postern.cli;

import io.postern.Gateway;
import io.postern.config.Config;
import io.postern.console.OrderForm;
import io.postern.console.Token;
import io.postern.journal.StoreUnavailable;
import io.postern.queue.Done;
import io.postern.queue.Order;
import io.postern.store.sqlite.SqliteStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An order on its way to the queue: to the gateway that runs, by its console and with the token of
/// its state folder; if none runs, to the store itself, whose lock is taken.
final class Errand {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

  /// An order for millions of deliveries takes minutes.
  private static final Duration ANSWER_MAX = Duration.ofHours(2);

  private static final int ANSWER_BYTES_MAX = 4096;

  private Errand() {}

  /// Has an order carried out.
  ///
  /// @throws IOException with one sentence when a gateway runs and did not do it
  static Done run(Config config, Order order) throws IOException, StoreUnavailable {
    Optional<Done> asked = ask(config, order);
    if (asked.isPresent()) {
      return asked.get();
    }
    try (SqliteStore store = SqliteStore.openExisting(Gateway.storeSettings(config), Main.CLOCK)) {
      return order.by(store, Main.CLOCK.instant());
    }
  }

  /// Asks the gateway that runs; empty when nobody listens where it would.
  private static Optional<Done> ask(Config config, Order order) throws IOException {
    if (config.console() == null) {
      return Optional.empty();
    }
    byte[] body = OrderForm.of(order).getBytes(StandardCharsets.UTF_8);
    HttpURLConnection call =
        (HttpURLConnection)
            URI.create("http:/%s/order".formatted(config.console().listen()))
                .toURL()
                .openConnection();
    try {
      call.setConnectTimeout((int) CONNECT_MAX.toMillis());
      call.setReadTimeout((int) ANSWER_MAX.toMillis());
      call.setRequestMethod("POST");
      call.setRequestProperty("authorization", Token.read(config.stateFolder()).header());
      call.setDoOutput(true);
      // Else Java itself would send the order again when a connection ends without an answer.
      call.setFixedLengthStreamingMode(body.length);
      call.connect();
    } catch (ConnectException | NoSuchFileException _) {
      return Optional.empty();
    }
    try {
      return Optional.of(answer(call, body));
    } finally {
      call.disconnect();
    }
  }

  private static Done answer(HttpURLConnection call, byte[] order) throws IOException {
    int status;
    String text;
    try {
      call.getOutputStream().write(order);
      status = call.getResponseCode();
      text = text(status == 200 ? call.getInputStream() : call.getErrorStream());
    } catch (SocketTimeoutException e) {
      throw new IOException(
          "the gateway has not answered for %d hours, and may still be at it; wait, and look what it"
                  .formatted(ANSWER_MAX.toHours())
              + " did",
          e);
    } catch (IOException e) {
      throw new IOException(
          "the gateway stopped amid the order, so it may be half done; look what it did, and give"
              + " it again: "
              + e.getMessage(),
          e);
    }
    if (status != 200) {
      throw new IOException(
          "the gateway refused, status " + status + (text.isEmpty() ? "" : ": " + text));
    }
    String[] numbers = text.split(" ", -1);
    return new Done(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  private static String text(@Nullable InputStream in) throws IOException {
    return in == null ? "" : new String(in.readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
  }
}
