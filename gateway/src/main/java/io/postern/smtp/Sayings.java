package io.postern.smtp;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What sessions were told since the door opened, and how they ended: to be read at any time.
///
/// @param replies how often a reply code was given; 500 to 504 and 555 are the junk that peers say
///   (RFC 5321 §4.2.2), 421 an end by us. The 354 of DATA is left out, and codes that were never
///   given are left out
/// @param endings how many sessions ended in a way, by the word that the service log has for it,
///   the zeros too
public record Sayings(SortedMap<Integer, Long> replies, SortedMap<String, Long> endings) {
  public Sayings {
    replies = Collections.unmodifiableSortedMap(new TreeMap<>(replies));
    endings = Collections.unmodifiableSortedMap(new TreeMap<>(endings));
  }
}
