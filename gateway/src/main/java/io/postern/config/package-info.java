/// The configuration file to one value, or to a list of problems.
///
/// What comes in: the path of the file, and the environment. What goes out: a
/// [io.postern.config.Config] that holds the settings of every room, or all problems at once. What
/// never happens here: acting on any of it. Start reading at [io.postern.config.ConfigFile].
@NullMarked
package io.postern.config;

import org.jspecify.annotations.NullMarked;
