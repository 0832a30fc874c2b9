package io.postern.queue;

import io.postern.mail.Address;
import io.postern.mail.Mail;
import java.time.Duration;

/// A delivery that is leased to the claimer for one attempt. The attempt is already noted on disk.
///
/// @param delivery the delivery's id: the mail's id, a hyphen, and its number within the mail
/// @param rule the name of its rule
/// @param recipient the envelope recipient
/// @param attempt the number of this attempt, from 1; it is also the fence: a settlement that
///   carries an older number changes nothing
/// @param replay true when an operator asked for the delivery again
/// @param age how much of the retry period is used up: the time since the mail was kept (or asked
///   for again) in which the gateway ran and the rule was not held
/// @param failing for how long the rule's endpoint has done nothing but fail, by the same clock
/// @param mail the mail; its message is read from the store when opened
public record Claim(
    String delivery,
    String rule,
    Address recipient,
    int attempt,
    boolean replay,
    Duration age,
    Duration failing,
    Mail mail) {}
