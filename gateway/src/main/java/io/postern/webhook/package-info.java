/// The contract with those who receive webhooks: endpoints, formats, bodies, signatures.
///
/// What comes in: a parsed mail and a delivery's facts. What goes out: a body whose bytes are the
/// same at every attempt. What never happens here: I/O of any kind, retries, time. Start reading at
/// [io.postern.webhook.Payload].
@NullMarked
package io.postern.webhook;

import org.jspecify.annotations.NullMarked;
