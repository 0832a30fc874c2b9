package io.postern.watch;

import io.postern.delivery.Dispatcher;
import io.postern.feed.Subscribers;
import io.postern.queue.MailQueue;
import io.postern.rules.Book;
import io.postern.settings.LiveFiles;
import io.postern.tls.LiveCertificate;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The parts of one gateway that whoever tells of it looks at.
///
/// @param queue the line of waiting mail
/// @param fault what keeps the store from being written to; empty when nothing does
/// @param books the rules
/// @param dispatcher who makes the attempts
/// @param certificate the door's; null when nothing is encrypted
/// @param subscribers who is told of events; null when nobody is
/// @param clock the time
public record Parts(
    MailQueue queue,
    Supplier<Optional<String>> fault,
    LiveFiles<Book> books,
    Dispatcher dispatcher,
    @Nullable LiveCertificate certificate,
    @Nullable Subscribers subscribers,
    InstantSource clock) {}
