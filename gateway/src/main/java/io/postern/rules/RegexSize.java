package io.postern.rules;

import java.util.ArrayDeque;
import java.util.Deque;

/// Judges, before a pattern is compiled, how large its program may become:
/// `((a{1000}){1000}){1000}` is short to write and would fill any memory. It reads the syntax
/// loosely, and rather too large than too small; RE2 itself says what is wrong with a pattern. For
/// one pattern.
final class RegexSize {
  /// No larger program is compiled.
  static final int STEPS_MAX = 5_000;

  /// RE2/J compiles groups by recursion.
  static final int DEPTH_MAX = 100;

  private final String regex;
  private final Deque<Long> outer = new ArrayDeque<>();
  private int at;
  private long sum;
  private long last;

  private RegexSize(String regex) {
    this.regex = regex;
  }

  /// What is wrong with the pattern's size, and the cure; empty when nothing is.
  static String problem(String regex) {
    RegexSize size = new RegexSize(regex);
    while (size.at < regex.length()) {
      size.step();
      if (size.outer.size() > DEPTH_MAX) {
        return "groups nested deeper than " + DEPTH_MAX + "; write it flatter";
      }
      if (size.sum > STEPS_MAX) {
        return "too large when its repetitions are written out; repeat less often, or use * or +";
      }
    }
    return "";
  }

  private void step() {
    char c = regex.charAt(at++);
    switch (c) {
      case '(' -> {
        outer.push(sum);
        sum = 0;
        last = 0;
      }
      case ')' -> {
        last = sum + 2;
        sum = (outer.isEmpty() ? 0 : outer.pop()) + last;
      }
      case '[' -> {
        skipClass();
        atom();
      }
      case '\\' -> escape();
      case '{' -> repeat();
      case '*', '+', '?' -> {
        last++;
        sum++;
      }
      default -> atom();
    }
  }

  private void atom() {
    last = 1;
    sum++;
  }

  private void escape() {
    if (at >= regex.length()) {
      return;
    }
    char c = regex.charAt(at++);
    if (c == 'Q') {
      int end = regex.indexOf("\\E", at);
      int length = (end < 0 ? regex.length() : end) - at;
      sum += length;
      last = Math.min(length, 1);
      at = end < 0 ? regex.length() : end + 2;
      return;
    }
    if ((c == 'p' || c == 'P' || c == 'x') && at < regex.length() && regex.charAt(at) == '{') {
      int end = regex.indexOf('}', at);
      at = end < 0 ? regex.length() : end + 1;
    }
    atom();
  }

  private void skipClass() {
    if (at < regex.length() && regex.charAt(at) == '^') {
      at++;
    }
    if (at < regex.length() && regex.charAt(at) == ']') {
      at++;
    }
    while (at < regex.length() && regex.charAt(at) != ']') {
      if (regex.startsWith("[:", at)) {
        int end = regex.indexOf(":]", at + 2);
        at = end < 0 ? at + 1 : end + 2;
      } else {
        at += regex.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at++;
  }

  /// `{n}`, `{n,}` or `{n,m}`: the last atom that many times; anything else is text.
  private void repeat() {
    int end = regex.indexOf('}', at);
    String inside = end < 0 ? "" : regex.substring(at, end);
    int comma = inside.indexOf(',');
    String least = comma < 0 ? inside : inside.substring(0, comma);
    String most = comma < 0 ? inside : inside.substring(comma + 1);
    if (!isCount(least) || !(most.isEmpty() || isCount(most))) {
      atom();
      return;
    }
    int times = Integer.parseInt(least);
    times = Math.max(most.isEmpty() ? times + 1 : Integer.parseInt(most), Math.max(times, 1));
    // Within an int's range: the sum is at most STEPS_MAX here, and a count has four digits.
    long repeated = last * times + 1;
    sum += repeated - last;
    last = repeated;
    at = end + 1;
  }

  private static boolean isCount(String text) {
    return !text.isEmpty()
        && text.length() <= 4
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
