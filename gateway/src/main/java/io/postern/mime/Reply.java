package io.postern.mime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the author of a mail wrote, without the older mail that is quoted in it and without the
/// signature. It is a guess, made for people's convenience: the whole text is always there beside
/// it, and where nothing would be left, or the author wrote between the quoted lines, the reply is
/// the whole text.
///
/// - Below a separator such as `-----Original Message-----`, and below the block of headers that
///   Outlook puts there, everything is quoted.
/// - Else lines that begin with `>` are quoted when nothing but a signature follows them, or when
///   they stand together at the top of the text; with them goes the line that names their author.
/// - A signature is what follows a line `-- ` (RFC 3676 §4.3), if it is short.
///
/// @param text what is left, without outer white space; the whole text, unchanged, when nothing was
///   found to leave out
/// @param signature without its delimiter; empty when there is none
public record Reply(MailText text, String signature) {
  /// How far a text is searched, in characters. Who writes more than that above a quote has sent a
  /// document.
  public static final int SEARCH_MAX = 32 * 1024;

  /// How many lines a signature may have. RFC 3676 wants four, companies more.
  private static final int SIGNATURE_LINES_MAX = 25;

  /// How many lines a block of headers may have, addresses that were broken into several included.
  private static final int HEADER_LINES_MAX = 10;

  /// The reply in a text.
  ///
  /// @throws IOException when the stored message can't be read now
  public static Reply of(MailText text) throws IOException {
    String start = text.start(SEARCH_MAX);
    return new Search(text, start, start.length() == SEARCH_MAX).run();
  }

  private static final class Search {
    private final MailText whole;
    private final String text;
    private final boolean isCut;

    /// Where each line starts, and the text's end after them.
    private final List<Integer> starts = new ArrayList<>();

    private String signature = "";

    Search(MailText whole, String text, boolean isCut) {
      this.whole = whole;
      this.text = text;
      this.isCut = isCut;
      starts.add(0);
      for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
        starts.add(at + 1);
      }
      if (starts.getLast() < text.length()) {
        starts.add(text.length());
      }
    }

    Reply run() {
      int lines = starts.size() - 1;
      int separator = separator(lines);
      boolean isOpen = isCut && separator == lines;
      // What follows the searched stretch is not known, so nothing can be said of its end.
      int end = isOpen ? lines : withoutTail(separator);
      int begin = isOpen ? 0 : withoutHead(end);
      boolean isWhole = (begin == 0 && end == lines) || isBlank(begin, end);
      if (isWhole) {
        return new Reply(whole, "");
      }
      String reply = text.substring(starts.get(begin), starts.get(end));
      return new Reply(MailText.of(reply.strip()), signature);
    }

    /// The first line from which on all is quoted, or `lines`.
    private int separator(int lines) {
      for (int i = 0; i < lines; i++) {
        if (QuoteMarks.isSeparator(line(i)) || isHeaderBlock(i, lines)) {
          return i > 0 && QuoteMarks.isRule(line(i - 1)) ? i - 1 : i;
        }
        int first = attribution(i);
        boolean isBare = first <= i && !isQuoted(afterBlank(i + 1, lines));
        if (isBare && QuoteMarks.isDatedAttribution(joined(first, i))) {
          return first;
        }
      }
      return lines;
    }

    /// True for a line such as `From: Ann <ann@example.com>` with one that says when it was sent
    /// and one that says what about close below it. Both, for a form may ask for the one or the
    /// other.
    private boolean isHeaderBlock(int from, int lines) {
      if (!QuoteMarks.isFrom(line(from))) {
        return false;
      }
      boolean isSent = false;
      boolean isSubject = false;
      for (int i = from + 1; i < Math.min(from + HEADER_LINES_MAX, lines); i++) {
        isSent |= QuoteMarks.isSent(line(i));
        isSubject |= QuoteMarks.isSubject(line(i));
      }
      return isSent && isSubject;
    }

    /// The line before which the reply ends: quoted lines, a signature, and quoted lines above it.
    private int withoutTail(int to) {
      int end = withoutSignature(withoutQuote(to));
      return withoutQuote(end);
    }

    private int withoutQuote(int to) {
      int end = to;
      int first = to;
      while (end > 0 && (isQuoted(end - 1) || isBlank(end - 1, end))) {
        end--;
        first = isQuoted(end) ? end : first;
      }
      if (first == to) {
        return to;
      }
      return end > 0 ? Math.min(end, attribution(end - 1)) : end;
    }

    private int withoutSignature(int to) {
      for (int i = to - 1; i >= 0 && i >= to - 1 - SIGNATURE_LINES_MAX; i--) {
        if (isQuoted(i)) {
          return to;
        }
        if (QuoteMarks.isSignatureDelimiter(line(i)) && !isBlank(0, i)) {
          signature = text.substring(starts.get(i + 1), starts.get(to)).strip();
          return i;
        }
      }
      return to;
    }

    /// The line with which the reply begins: after the quoted lines at the top, if they are all
    /// that there are.
    private int withoutHead(int end) {
      int at = 0;
      int last = 0;
      while (at < end
          && (isQuoted(at) || isBlank(at, at + 1) || (last == 0 && isLeading(at, end)))) {
        at++;
        last = isQuoted(at - 1) ? at : last;
      }
      for (int i = at; i < end; i++) {
        if (isQuoted(i)) {
          return 0;
        }
      }
      return last == 0 ? 0 : at;
    }

    /// True for a line of what names the author of the quoted lines that follow it.
    private boolean isLeading(int line, int end) {
      for (int i = line; i < Math.min(line + QuoteMarks.ATTRIBUTION_LINES_MAX, end); i++) {
        if (QuoteMarks.endsAttribution(line(i)) && isQuoted(afterBlank(i + 1, end))) {
          return attribution(i) <= line;
        }
      }
      return false;
    }

    /// The first line of what names the author of a quote and ends with this line; the line after
    /// it when it names no one.
    private int attribution(int last) {
      if (!QuoteMarks.endsAttribution(line(last))) {
        return last + 1;
      }
      int least = Math.max(0, last - QuoteMarks.ATTRIBUTION_LINES_MAX + 1);
      for (int first = least; first <= last; first++) {
        if (!hasBlank(first, last) && QuoteMarks.isAttribution(joined(first, last))) {
          return first;
        }
      }
      return QuoteMarks.namesAuthor(line(last)) ? last : last + 1;
    }

    private int afterBlank(int from, int lines) {
      int at = from;
      while (at < lines && isBlank(at, at + 1)) {
        at++;
      }
      return at;
    }

    private boolean isQuoted(int line) {
      return line < starts.size() - 1
          && text.startsWith(">", starts.get(line))
          && !QuoteMarks.isBrokenAddressEnd(line(line));
    }

    private boolean hasBlank(int first, int last) {
      for (int i = first; i <= last; i++) {
        if (isBlank(i, i + 1)) {
          return true;
        }
      }
      return false;
    }

    private boolean isBlank(int from, int to) {
      for (int i = starts.get(from); i < starts.get(to); i++) {
        if (!Character.isWhitespace(text.charAt(i))) {
          return false;
        }
      }
      return true;
    }

    private String joined(int first, int last) {
      StringBuilder joined = new StringBuilder();
      for (int i = first; i <= last; i++) {
        joined.append(line(i).strip()).append(' ');
      }
      return joined.toString().strip();
    }

    /// A line without its end.
    private String line(int line) {
      int end = starts.get(line + 1);
      int start = starts.get(line);
      while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
        end--;
      }
      return text.substring(start, end);
    }
  }
}
