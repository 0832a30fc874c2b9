/// The engine that keeps the line and the status log in one SQLite file, and long messages in files
/// beside it.
///
/// What comes in: accepted mail, claims, settlements, refusals. What goes out: rows that are on
/// disk, and messages read back block by block. What never happens here: SMTP, rules, HTTP, a
/// decision on when to try again; JDBC on a virtual thread; opening the database file from Java,
/// which would drop SQLite's locks when it is closed.
///
/// One thread writes ([Writer]): it drains what waits into one transaction, so one fsync serves
/// many mails; the long chunks of their messages it appends to a file first ([Segments]). A few
/// read ([Readers]). One moves the write-ahead log into the file ([Checkpointer]). Start reading at
/// [io.postern.store.sqlite.SqliteStore], then at [Writer].
@NullMarked
package io.postern.store.sqlite;

import org.jspecify.annotations.NullMarked;
