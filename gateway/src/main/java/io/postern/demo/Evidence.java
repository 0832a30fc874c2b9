package io.postern.demo;

import io.postern.journal.Row;
import io.postern.journal.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What was seen of one letter. Grows while the act lasts; for one thread.
final class Evidence {
  private final List<SmtpDialogue.Reply> replies = new ArrayList<>();
  private final List<Caught> posts = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  void addReplies(List<SmtpDialogue.Reply> more) {
    replies.addAll(more);
  }

  void add(Caught post) {
    posts.add(post);
  }

  void add(Row row) {
    rows.add(row);
  }

  /// The line of the reply that decided: the one in front of QUIT's.
  String verdict() {
    return replies.size() < 2 ? "no reply" : replies.get(replies.size() - 2).line();
  }

  List<Caught> posts() {
    return posts;
  }

  List<Status> statuses() {
    return rows.stream().map(Row::status).toList();
  }

  List<Row> rows() {
    return rows;
  }

  /// All of it in a few words, such as `250, posts answered 500 200, log queued deferred
  /// succeeded`.
  String summary() {
    String reply = verdict();
    return reply.substring(0, Math.min(reply.length(), reply.startsWith("5") ? 9 : 3))
        + (posts.isEmpty()
            ? ", no post"
            : ", posts answered " + joined(posts.stream().map(Caught::answered).toList()))
        + (rows.isEmpty()
            ? ", no log row"
            : ", log " + joined(rows.stream().map(row -> row.status().word()).toList()));
  }

  private static String joined(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }
}
