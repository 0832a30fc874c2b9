package io.postern.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.demo.PostedForm.Part.Attached;
import io.postern.journal.Row;
import io.postern.journal.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The acts of the demo, in the order played: which letter is sent, and what must come of it.
enum Act {
  /// A mail that takes the whole road.
  JAPANESE(
      1,
      "A Japanese mail with an attachment is accepted and posted.",
      "250, posts answered 200, log queued succeeded",
      Duration.ofSeconds(8)) {
    @Override
    Letter letter(Instant date) {
      return Letter.japanese(date);
    }

    @Override
    List<String> missing(Evidence evidence) {
      List<String> missing = new ArrayList<>();
      road(missing, evidence, List.of(200), List.of(Status.QUEUED, Status.SUCCEEDED));
      if (!evidence.posts().isEmpty()) {
        content(missing, evidence.posts().getFirst());
      }
      return missing;
    }

    private void content(List<String> missing, Caught post) {
      equal(missing, "field subject", Optional.of(Letter.JAPANESE_SUBJECT), post.field("subject"));
      equal(
          missing,
          "field text",
          Optional.of(Letter.JAPANESE_TEXT.lines().toList()),
          post.field("text").map(text -> text.stripTrailing().lines().toList()));
      equal(missing, "field attachments", Optional.of("1"), post.field("attachments"));
      byte[] file = Letter.FILE.getBytes(UTF_8);
      String sha256 = HexFormat.of().formatHex(FormReader.sha256().digest(file));
      equal(
          missing,
          "attached files",
          List.of(Letter.FILE_NAME + " " + sha256),
          files(post).map(attached -> attached.fileName() + " " + attached.sha256()).toList());
    }

    private Stream<Attached> files(Caught post) {
      return post.content() instanceof Caught.Content.Form(PostedForm data)
          ? data.files().stream()
          : Stream.empty();
    }
  },

  /// A mail that must not be accepted.
  FORGED(
      2,
      "A mail that claims to come from the gateway's own domain is refused.",
      "550 5.7.1, no post, log denied",
      Duration.ofSeconds(4)) {
    @Override
    Letter letter(Instant date) {
      return Letter.forged(date);
    }

    @Override
    List<String> missing(Evidence evidence) {
      List<String> missing = new ArrayList<>();
      if (!evidence.verdict().startsWith("550 5.7.1")) {
        missing.add("the reply 550 5.7.1; it was: " + evidence.verdict());
      }
      equal(missing, "log", List.of(Status.DENIED), evidence.statuses());
      equal(missing, "number of posts", 0, evidence.posts().size());
      return missing;
    }
  },

  /// A mail that needs a second attempt.
  FAILS_ONCE(
      3,
      "An endpoint fails once: the mail is kept, and posted again after 10 seconds.",
      "250, posts answered 500 200, log queued deferred succeeded",
      Duration.ofSeconds(16)) {
    @Override
    Letter letter(Instant date) {
      return Letter.order(date);
    }

    @Override
    List<String> missing(Evidence evidence) {
      List<String> missing = new ArrayList<>();
      road(
          missing,
          evidence,
          List.of(500, 200),
          List.of(Status.QUEUED, Status.DEFERRED, Status.SUCCEEDED));
      if (evidence.posts().size() == 2) {
        Caught first = evidence.posts().getFirst();
        Caught second = evidence.posts().getLast();
        equal(missing, "body of the second post", first.sha256(), second.sha256());
        equal(missing, "first number", Optional.of("1"), first.header("postern-attempt"));
        equal(missing, "second number", Optional.of("2"), second.header("postern-attempt"));
      }
      return missing;
    }
  };

  private final int number;
  private final String heading;
  private final String expected;
  private final Duration patience;

  Act(int number, String heading, String expected, Duration patience) {
    this.number = number;
    this.heading = heading;
    this.expected = expected;
    this.patience = patience;
  }

  /// Its place in the play, from 1.
  int number() {
    return number;
  }

  /// What happens, in one sentence.
  String heading() {
    return heading;
  }

  /// What is expected, in the words of [Evidence#summary()].
  String expected() {
    return expected;
  }

  /// How long the act may last.
  Duration patience() {
    return patience;
  }

  /// The letter of this act.
  abstract Letter letter(Instant date);

  /// What is not yet as it should be; nothing when the act has ended well.
  abstract List<String> missing(Evidence evidence);

  /// The road of an accepted mail: 250, posts, rows, and one id in all of them.
  private static void road(
      List<String> missing, Evidence evidence, List<Integer> answers, List<Status> statuses) {
    if (!evidence.verdict().startsWith("250")) {
      missing.add("the reply 250; it was: " + evidence.verdict());
    }
    equal(
        missing,
        "answers to posts",
        answers,
        evidence.posts().stream().map(Caught::answered).toList());
    equal(missing, "log", statuses, evidence.statuses());
    List<String> ids =
        Stream.concat(
                evidence.posts().stream().map(post -> post.header("webhook-id").orElse("(none)")),
                evidence.rows().stream().map((Row row) -> row.step().delivery()))
            .distinct()
            .toList();
    if (ids.size() > 1) {
      missing.add("one delivery id in posts and log; there are " + ids);
    }
    for (Caught post : evidence.posts()) {
      if (post.content() instanceof Caught.Content.Form(PostedForm data)) {
        missing.addAll(data.problems());
      } else {
        missing.add("a form; the post was " + post.header("content-type").orElse("untyped"));
      }
    }
  }

  private static void equal(List<String> missing, String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      missing.add(what + ": expected " + expected + ", found " + found);
    }
  }
}
