package io.postern.queue;

import io.postern.journal.StoreUnavailable;
import java.time.Instant;

/// What an operator can have done to a queue: through a gateway that runs, or by a command that has
/// the store to itself.
public sealed interface Order {
  /// [MailQueue#pause].
  ///
  /// @param rule whose endpoint
  record Hold(String rule) implements Order {}

  /// [MailQueue#resume].
  ///
  /// @param rule whose endpoint
  record Resume(String rule) implements Order {}

  /// [MailQueue#replay].
  ///
  /// @param choice which deliveries
  /// @param toRule the rule to give them to; empty to leave each with its own
  record Replay(Choice choice, String toRule) implements Order {}

  /// [MailQueue#drop].
  ///
  /// @param choice which deliveries
  record Drop(Choice choice) implements Order {}

  /// [MailQueue#forget].
  ///
  /// @param traces of whom
  record Forget(Traces traces) implements Order {}

  /// [Blocklist#block].
  ///
  /// @param sender as the list has it
  /// @param reason why
  record Block(String sender, String reason) implements Order {}

  /// [Blocklist#unblock].
  ///
  /// @param sender as the list has it
  record Unblock(String sender) implements Order {}

  /// [Cursors#pauseSubscriber].
  ///
  /// @param subscriber whose events are held
  record HoldSubscriber(String subscriber) implements Order {}

  /// [Cursors#resumeSubscriber].
  ///
  /// @param subscriber who is to be tried at once
  record ResumeSubscriber(String subscriber) implements Order {}

  /// [Cursors#askSkip].
  ///
  /// @param subscriber who does not take it
  /// @param event its number
  record SkipEvent(String subscriber, long event) implements Order {}

  /// Has a store carry it out.
  ///
  /// @param now the time
  default <S extends MailQueue & Blocklist & Cursors> Done by(S queue, Instant now)
      throws StoreUnavailable {
    return switch (this) {
      case HoldSubscriber(String subscriber) -> {
        Pause pause = new Pause(subscriber, now, "paused by an operator");
        yield new Done(queue.pauseSubscriber(pause) ? 1 : 0, 0);
      }
      case ResumeSubscriber(String subscriber) ->
          new Done(queue.resumeSubscriber(subscriber) ? 1 : 0, 0);
      case SkipEvent(String subscriber, long event) ->
          new Done(queue.askSkip(subscriber, event) ? 1 : 0, 0);
      case Hold(String rule) -> {
        queue.pause(new Pause(rule, now, "paused by an operator"));
        yield new Done(1, 0);
      }
      case Resume(String rule) -> new Done(queue.resume(rule) ? 1 : 0, 0);
      case Replay(Choice choice, String toRule) -> new Done(queue.replay(choice, toRule), 0);
      case Drop(Choice choice) -> new Done(queue.drop(choice), 0);
      case Forget(Traces traces) -> queue.forget(traces);
      case Block(String sender, String reason) ->
          new Done(queue.block(new Blocklist.Block(sender, now, reason)) ? 1 : 0, 0);
      case Unblock(String sender) -> new Done(queue.unblock(sender, now) ? 1 : 0, 0);
    };
  }
}
