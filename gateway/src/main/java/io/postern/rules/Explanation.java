package io.postern.rules;

import com.google.re2j.Matcher;
import io.postern.mail.Address;
import io.postern.mime.Headers;
import io.postern.settings.Problem;
import java.util.ArrayList;
import java.util.List;

/// Why a rule does or doesn't take a mail for a recipient.
///
/// @param rule the rule
/// @param recipient the recipient
/// @param matches true when every term holds; a disabled rule takes nothing even so
/// @param terms all its terms, in the order of the file
public record Explanation(Rule rule, Address recipient, boolean matches, List<TermFinding> terms) {
  /// Of more values than this, only the count is told.
  public static final int VALUES_MAX = 50;

  public Explanation {
    terms = List.copyOf(terms);
  }

  /// What came of one term.
  ///
  /// @param term the term
  /// @param holds true when it is fulfilled
  /// @param looks the values that were looked at, at most [#VALUES_MAX]; empty when the header is
  ///   missing
  /// @param unlooked how many more there are
  public record TermFinding(Term term, boolean holds, List<Look> looks, int unlooked) {
    public TermFinding {
      looks = List.copyOf(looks);
    }
  }

  /// One value that was looked at.
  ///
  /// @param value as much of it as was looked at
  /// @param cut true when the header's value is longer than that
  /// @param found true when the pattern was found in it
  /// @param capture the text that the pattern was found at; empty when it was not found
  /// @param groups the text of each group of the pattern, empty for those that took no part
  public record Look(
      String value, boolean cut, boolean found, String capture, List<String> groups) {
    public Look {
      groups = List.copyOf(groups);
    }
  }

  static Explanation of(Rule rule, Address recipient, Headers headers) {
    List<TermFinding> findings = new ArrayList<>();
    for (Term term : rule.terms()) {
      boolean holds = term.isRecipient() ? term.holds(recipient.text()) : term.holds(headers);
      List<String> values = term.values(recipient, headers);
      List<Look> looks = values.stream().limit(VALUES_MAX).map(value -> look(term, value)).toList();
      findings.add(new TermFinding(term, holds, looks, values.size() - looks.size()));
    }
    return new Explanation(
        rule, recipient, findings.stream().allMatch(TermFinding::holds), findings);
  }

  private static Look look(Term term, String value) {
    String looked = Term.looked(value);
    boolean cut = looked.length() < value.length();
    Matcher matcher = term.pattern().matcher(looked);
    if (!matcher.find()) {
      return new Look(looked, cut, false, "", List.of());
    }
    List<String> groups = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      String group = matcher.group(i);
      groups.add(group == null ? "" : group);
    }
    return new Look(looked, cut, true, matcher.group(), groups);
  }

  /// The same as lines for a terminal, the rule first and its terms below it.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    String verdict = matches ? "takes" : "does not take";
    if (!rule.enabled()) {
      verdict = matches ? "is disabled, else it would take" : "is disabled, and does not match";
    }
    lines.add(
        "%s: rule %s %s mail for %s".formatted(rule.place(), rule.name(), verdict, recipient));
    for (TermFinding finding : terms) {
      lines.addAll(lines(finding));
    }
    return List.copyOf(lines);
  }

  private static List<String> lines(TermFinding finding) {
    Term term = finding.term();
    List<String> lines = new ArrayList<>();
    lines.add(
        "  %s  %s %s '%s'"
            .formatted(
                finding.holds() ? "yes" : "no ",
                term.header(),
                term.negated() ? "not-matches" : "matches",
                term.pattern().pattern()));
    if (finding.looks().isEmpty()) {
      lines.add("         the mail has no header " + term.field());
    }
    for (Look look : finding.looks()) {
      StringBuilder line = new StringBuilder("         ");
      line.append(look.found() ? "found " + Problem.quote(look.capture()) : "not found");
      line.append(" in ").append(Problem.quote(look.value()));
      if (!look.groups().isEmpty()) {
        line.append(", groups ");
        line.append(String.join(", ", look.groups().stream().map(Problem::quote).toList()));
      }
      if (look.cut()) {
        line.append(" (only the first ").append(Term.VALUE_CHARS_MAX).append(" characters)");
      }
      lines.add(line.toString());
    }
    if (finding.unlooked() > 0) {
      lines.add("         and " + finding.unlooked() + " more values");
    }
    return lines;
  }
}
