package io.postern.notice;

import java.util.Locale;

/// Something that a person should know of and that can be told from everything else: two troubles
/// of the same cause are one.
///
/// @param kind what it is
/// @param name of which endpoint, rule or subscriber; empty where there is only one
public record Cause(Kind kind, String name) {
  /// No longer name is kept.
  static final int NAME_MAX = 200;

  public Cause {
    name = PlainText.of(name, NAME_MAX);
  }

  /// What can hurt, the gravest first. The words of each are read by a person who may know nothing
  /// of it yet.
  public enum Kind {
    /// Nothing can be written to the store.
    STORE(
        "the store can't be used",
        "the store works again",
        "No mail is accepted; senders are told to come again later.",
        "See the service log, the disk and its permissions: postern doctor"),
    /// What is in the store can't be read.
    STORE_READ(
        "the store can't be read",
        "the store can be read again",
        "Mail may still be accepted, but what waits may not be delivered.",
        "See the service log, the disk and its permissions: postern doctor"),
    /// The disk reserve is reached.
    DISK_RESERVE(
        "the disk reserve is reached",
        "there is room on the disk again",
        "No mail is accepted; senders are told to come again later (452 4.3.1).",
        "Make room on the store's disk, or shorten the retention. See: postern doctor"),
    /// Nothing is delivered, for its thread is gone.
    DELIVERY(
        "nothing is delivered any more",
        "mail is delivered again",
        "Mail is accepted and waits. This is a fault of the program.",
        "Restart the gateway, and report what its service log says"),
    /// The rule files can't be used.
    RULES(
        "the rule files can't be used",
        "the rule files are in force again",
        "The rules before them stay in force; if there are none, all mail is put off.",
        "See all that is wrong: postern check"),
    /// A rule is gone, and deliveries wait for it.
    RULE_GONE(
        "rule %s is gone and deliveries wait for it",
        "nothing waits for a missing rule %s any more",
        "They wait until the rule is back, and lose no time of their retry period.",
        "Bring the rule's file back, or see: postern replay --help, postern queue drop --help"),
    /// The gateway has paused an endpoint.
    ENDPOINT_PAUSED(
        "endpoint %s is paused",
        "endpoint %s is no longer paused by the gateway",
        "Its mail is accepted and waits; none of it loses time of its retry period.",
        "Mend the endpoint, then: postern endpoint resume %s"),
    /// An endpoint has done nothing but fail for an hour.
    ENDPOINT_FAILING(
        "endpoint %s has been failing for an hour",
        "endpoint %s no longer counts as failing",
        "Its mail waits and is tried again, until it takes some or the retry period ends.",
        "See the reasons: postern queue list --rule %s"),
    /// The certificate in force ends soon.
    CERTIFICATE_ENDS(
        "the certificate ends soon",
        "the certificate has been renewed",
        "Senders who insist on a good certificate will keep their mail back when it has ended.",
        "Renew it; the new files are taken by themselves. See: postern doctor"),
    /// The certificate files can't be used.
    CERTIFICATE(
        "the certificate files can't be used",
        "the certificate files are in force again",
        "The certificate before them stays in force for as long as it lasts.",
        "See what is wrong: postern check"),
    /// Events were given up. It has no end.
    EVENTS_SKIPPED(
        "events for subscriber %s were skipped",
        "events for subscriber %s were skipped",
        "It will not be told of them; the status log still has those that are not too old for it.",
        "See when and how many: postern log --subscribers"),
    /// The gateway has paused a subscriber.
    SUBSCRIBER_PAUSED(
        "subscriber %s is paused",
        "subscriber %s is no longer paused by the gateway",
        "Its events wait in the status log. Mail is not touched by this.",
        "Mend its endpoint, then: postern subscriber resume %s"),
    /// A subscriber has done nothing but fail for an hour.
    SUBSCRIBER_FAILING(
        "subscriber %s has been failing for an hour",
        "subscriber %s no longer counts as failing",
        "Its events wait and are posted again. Mail is not touched by this.",
        "See the reasons: postern log --subscribers"),
    /// The subscriber files can't be used.
    SUBSCRIBERS(
        "the subscriber files can't be used",
        "the subscriber files are in force again",
        "The subscribers before them stay in force; mail is not touched by this.",
        "See all that is wrong: postern check"),
    /// No subscriber is told, for its thread is gone.
    FEED(
        "no subscriber is told any more",
        "subscribers are told again",
        "Events wait in the status log. This is a fault of the program.",
        "Restart the gateway, and report what its service log says");

    private final String began;
    private final String ended;
    private final String meaning;
    private final String cure;

    Kind(String began, String ended, String meaning, String cure) {
      this.began = began;
      this.ended = ended;
      this.meaning = meaning;
      this.cure = cure;
    }
  }

  /// True for what one lost transaction, or one that is slow, looks like: some seconds later it may
  /// be over.
  boolean mayPass() {
    return kind == Kind.STORE || kind == Kind.STORE_READ || kind == Kind.DISK_RESERVE;
  }

  /// What it is, as one line.
  String began() {
    return kind.began.formatted(name);
  }

  /// That it is over, as one line.
  String ended() {
    return kind.ended.formatted(name);
  }

  /// What follows from it.
  String meaning() {
    return kind.meaning;
  }

  /// What to do.
  String cure() {
    return kind.cure.formatted(name);
  }

  /// For the service log.
  @Override
  public String toString() {
    String word = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return name.isEmpty() ? word : word + " " + name;
  }
}
