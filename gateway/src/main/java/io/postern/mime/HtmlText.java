package io.postern.mime;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;

/// The words of an HTML text, for receivers that want plain text from every mail. It is made for
/// people to read and is no filter: what a mail hides from view by its style sheet is in it.
public final class HtmlText {
  private HtmlText() {}

  /// The words: paragraphs and table rows on lines of their own, items of lists marked with a star,
  /// entities decoded, scripts and style sheets left out, links and pictures without their
  /// addresses. Any HTML gives a text, in time linear in its length.
  ///
  /// @param html a short one gives a text that is held; a long one is read anew with the text
  /// @throws IOException when the stored message can't be read now
  public static MailText of(MailText html) throws IOException {
    if (html.brief().isEmpty()) {
      return MailText.of(() -> new HtmlTextReader(html.open()));
    }
    try (Reader reader = new HtmlTextReader(new StringReader(html.brief().get()))) {
      return MailText.of(reader.readAllAsString());
    }
  }
}
