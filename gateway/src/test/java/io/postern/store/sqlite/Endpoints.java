package io.postern.store.sqlite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.delivery.Courier;
import io.postern.delivery.Outcome;
import io.postern.webhook.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/// The endpoints of the simulation: each answers as its name says. Now and then the gateway dies
/// after an endpoint took a post and before that is on disk.
final class Endpoints implements Courier {
  private final Random chance;
  private final Ambush ambush;
  private final List<Posted> posts = new ArrayList<>();
  private final AtomicBoolean struck = new AtomicBoolean();
  private boolean healed;
  private int all;
  private int deaths;

  Endpoints(Random chance, Ambush ambush) {
    this.chance = chance;
    this.ambush = ambush;
  }

  /// A post that arrived.
  ///
  /// @param body a character for each byte
  record Posted(String rule, String delivery, int attempt, String body) {}

  @Override
  public synchronized Outcome carry(Post post) throws IOException {
    all++;
    try (InputStream in = post.body().source().open()) {
      posts.add(
          new Posted(
              ((Endpoint) post.target()).rule(),
              post.delivery(),
              post.attempt(),
              new String(in.readAllBytes(), ISO_8859_1)));
    }
    if (healed) {
      return new Outcome.Accepted(200, false);
    }
    if (chance.nextInt(25) == 0) {
      deaths++;
      ambush.after(1, true);
      struck.set(true);
      return new Outcome.Accepted(200, false);
    }
    int luck = chance.nextInt(100);
    return switch (((Endpoint) post.target()).rule()) {
      case "flaky" ->
          luck < 60
              ? new Outcome.Deferred(503, "HTTP 503", "", null)
              : new Outcome.Accepted(200, false);
      case "strict" ->
          luck < 40 ? new Outcome.Refused(400, "HTTP 400", "no") : new Outcome.Accepted(200, false);
      default -> luck < 3 ? new Outcome.Gone("HTTP 410", "") : new Outcome.Accepted(200, false);
    };
  }

  /// What has arrived since the last question.
  synchronized List<Posted> posts() {
    List<Posted> some = List.copyOf(posts);
    posts.clear();
    return some;
  }

  /// True when the gateway is to die.
  boolean wasStruck() {
    return struck.get();
  }

  void recover() {
    struck.set(false);
  }

  /// From here on all is well.
  synchronized void heal() {
    healed = true;
  }

  synchronized String summary() {
    return all + " posts, " + deaths + " of which it died";
  }

  @Override
  public void close() {}
}
