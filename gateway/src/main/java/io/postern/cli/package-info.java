/// The commands of `postern`.
///
/// What comes in: arguments. What goes out: text for a person or a script, and an exit code: 0
/// done, 1 not done, 2 wrong usage. What never happens here: anything a gateway needs to run. Start
/// reading at [io.postern.cli.Main].
@NullMarked
package io.postern.cli;

import org.jspecify.annotations.NullMarked;
