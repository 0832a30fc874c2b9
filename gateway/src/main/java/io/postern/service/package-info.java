/// The words a service speaks with the manager that started it: systemd's protocol of sd_notify(3).
///
/// What comes in: that the gateway is ready, reads its rules, stops, and how often its loops have
/// turned. What goes out: datagrams to the socket that `$NOTIFY_SOCKET` names; nothing when there
/// is none. What never happens here: anything that could stop a gateway because its manager can't
/// be told. Start reading at [io.postern.service.Supervisor].
@NullMarked
package io.postern.service;

import org.jspecify.annotations.NullMarked;
