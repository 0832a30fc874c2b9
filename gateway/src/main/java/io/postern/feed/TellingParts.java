package io.postern.feed;

import io.postern.mail.Ids;
import io.postern.queue.Cursors;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// What the telling of one subscriber works with.
///
/// @param cursors the log, and where subscribers stand in it
/// @param teller makes events
/// @param rows the log, for all subscribers together
/// @param envoy carries them
/// @param clock the time
/// @param chance the jitter
/// @param ids names batches
/// @param notices told of pauses and of what is given up
/// @param hostName who we are, in the subscribers' log
/// @param kept how long rows of the log are kept, whoever waits for them
/// @param inHand the memory that it has a share of
record TellingParts(
    Cursors cursors,
    Teller teller,
    Rows rows,
    Envoy envoy,
    InstantSource clock,
    RandomGenerator chance,
    Ids ids,
    Notices notices,
    String hostName,
    Duration kept,
    InHand inHand) {}
