package io.postern.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.intake.Intake.Replies;
import io.postern.smtp.Reply;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/// What replies are counted as.
final class FatesTest {
  private static final Fate FAULT = new Fate("deferred", "fault");

  /// One without a name would be counted as a fault of ours.
  @Test
  void everyReplyThatRefusesHasAName() throws IllegalAccessException {
    int found = 0;
    for (Field field : Replies.class.getDeclaredFields()) {
      if (field.getType() == Reply.class) {
        Reply reply = (Reply) field.get(null);
        assertTrue(!reply.refuses() || hasName(reply), field.getName());
        found++;
      }
    }
    assertTrue(found > 10, "replies: " + found);
  }

  /// For a mail, or for a recipient.
  private static boolean hasName(Reply reply) {
    Fates fates = new Fates();
    fates.mail(reply);
    fates.recipient(reply);
    Counts counts = fates.counts();
    return counts.mails().get(FAULT) + counts.recipients().get(FAULT) < 2;
  }

  @Test
  void aReplyIsCountedAsWhatItMeans() {
    Fates fates = new Fates();
    fates.mail(Replies.kept("id"));
    fates.mail(Replies.BLOCKED);
    fates.recipient(Replies.BLOCKED);
    fates.unfit(new Reply(552, "5.3.4", "Message is larger than 10 bytes"));
    Counts counts = fates.counts();
    assertEquals(1, counts.mails().get(new Fate("accepted", "none")));
    assertEquals(1, counts.mails().get(new Fate("refused", "blocked")));
    assertEquals(1, counts.mails().get(new Fate("refused", "too-large")));
    assertEquals(1, counts.recipients().get(new Fate("refused", "blocked")));
  }
}
