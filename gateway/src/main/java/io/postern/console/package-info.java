/// HTTP on loopback for those who run the gateway.
///
/// What comes in: questions about its health and its figures, and commands that show the token.
/// What goes out: JSON, and Prometheus's text. What never happens here: knowledge of how another
/// room does its work: it is handed suppliers. Start reading at [io.postern.console.Console].
@NullMarked
package io.postern.console;

import org.jspecify.annotations.NullMarked;
