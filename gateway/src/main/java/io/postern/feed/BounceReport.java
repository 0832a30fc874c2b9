package io.postern.feed;

/// What a mail reports of another one, for one recipient. All texts are what the report claims;
/// anyone can write one. They are empty where it does not say.
///
/// @param address the one that the other mail could not be delivered to, or who complained
/// @param reason why, in the classes of Customers Mail Cloud
/// @param hard true when it is final: another mail to the address would come back, too
/// @param complaint true when it was delivered and its reader complained of it (RFC 5965)
/// @param status the enhanced status code, such as `5.1.1` (RFC 3463)
/// @param diagnostic what the other server answered, or the kind of the complaint
/// @param reportingMta who made the report
/// @param originalMessageId the other mail's Message-ID, with its angle brackets
public record BounceReport(
    String address,
    BounceReason reason,
    boolean hard,
    boolean complaint,
    String status,
    String diagnostic,
    String reportingMta,
    String originalMessageId) {}
