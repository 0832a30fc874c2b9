package io.postern.smtp;

/// What has passed the door since it opened, to be read at any time.
///
/// @param sessions sessions at this moment
/// @param connections connections that were accepted, refused ones included
/// @param refusedSessions refused because there were too many sessions in all
/// @param refusedNetwork refused because there were too many sessions of the client network
/// @param refusedRate refused because too many connections of the client network came in a minute
/// @param refusedProxy refused because a proxy brought no valid header
/// @param stuck cut because the peer took no replies
/// @param encrypted sessions that TLS was agreed on for
/// @param failedHandshakes sessions that ended because it could not be
/// @param discardedBytes what peers sent in clear text behind STARTTLS, which was thrown away
/// @param restarts how often listening had to be begun anew after a fault
public record Traffic(
    int sessions,
    long connections,
    long refusedSessions,
    long refusedNetwork,
    long refusedRate,
    long refusedProxy,
    long stuck,
    long encrypted,
    long failedHandshakes,
    long discardedBytes,
    long restarts) {}
