/// Reading what people wrote: YAML with places, units, secrets, and problems that name the place
/// and the cure.
///
/// What comes in: files. What goes out: typed values, or a list of problems. What never happens
/// here: knowledge of any particular key. Start reading at [io.postern.settings.Section].
@NullMarked
package io.postern.settings;

import org.jspecify.annotations.NullMarked;
