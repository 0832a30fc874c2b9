/// From greeting to 250: what the gateway says at the door.
///
/// What comes in: the protocol's questions. What goes out: replies, kept mail, denied rows. What
/// never happens here: SMTP syntax, delivery, full MIME parsing. Start reading at
/// [io.postern.intake.Intake].
@NullMarked
package io.postern.intake;

import org.jspecify.annotations.NullMarked;
