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

  /// Asks the gateway that runs; empty when none answers.
  private static Optional<Done> ask(Config config, Order order) throws IOException {
    if (config.console() == null) {
      return Optional.empty();
    }
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
      call.getOutputStream().write(OrderForm.of(order).getBytes(StandardCharsets.UTF_8));
      int status = call.getResponseCode();
      String text = text(status == 200 ? call.getInputStream() : call.getErrorStream());
      if (status != 200) {
        throw new IOException(
            "the gateway refused, status " + status + (text.isEmpty() ? "" : ": " + text));
      }
      String[] numbers = text.split(" ", -1);
      return Optional.of(new Done(Long.parseLong(numbers[0]), Long.parseLong(numbers[1])));
    } catch (ConnectException | NoSuchFileException _) {
      return Optional.empty();
    } finally {
      call.disconnect();
    }
  }

  private static String text(@Nullable InputStream in) throws IOException {
    return in == null ? "" : new String(in.readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
  }
}
