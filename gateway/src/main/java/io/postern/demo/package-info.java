/// What a newcomer tries first: a webhook receiver that shows what it gets (`postern catch`), and a
/// play in three acts that proves the road on this machine (`postern demo`).
///
/// What comes in: posts on a loopback port; a way to start a gateway. What goes out: text for a
/// terminal, made safe for it, and a verdict. What never happens here: anything that the gateway
/// itself needs; a connection that leaves this machine. Start reading at [io.postern.demo.Demo].
@NullMarked
package io.postern.demo;

import org.jspecify.annotations.NullMarked;
