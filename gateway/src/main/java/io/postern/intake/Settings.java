package io.postern.intake;

import io.postern.policy.PermittedDomains;

/// What the door decides beside policy and rules.
///
/// @param hostName the gateway's own name: a bare `postmaster` is a mailbox there
/// @param postmasterRule the rule that takes mail for postmaster when no other matches; empty for
///   none
/// @param logDomainMismatch true to write a denied row for each recipient outside the permitted
///   domains; spam makes them a flood
/// @param tlsRequired the domains whose mail is taken over TLS only; but for their postmaster, who
///   hears of senders that can't
/// @param hopsMax how many Received lines a mail may carry before it is taken for a loop; at least
///   100 (RFC 5321 §6.3)
public record Settings(
    String hostName,
    String postmasterRule,
    boolean logDomainMismatch,
    PermittedDomains tlsRequired,
    int hopsMax) {
  /// RFC 5321 §6.3 asks for a large threshold, "normally at least 100".
  public static final int HOPS_MAX = 100;
}
