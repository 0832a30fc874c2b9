/// What `postern doctor` looks at: the files, the store, the clock, the names in DNS, the door and
/// each endpoint, from a process of its own beside a gateway that may run.
///
/// What comes in: a configuration file, and the outside things to ask. What goes out: findings,
/// each with what to do. What never happens here: a change of anything; a wait without an end; a
/// real mail (the samples that are posted are marked). Start reading at [io.postern.doctor.Doctor].
@NullMarked
package io.postern.doctor;

import org.jspecify.annotations.NullMarked;
