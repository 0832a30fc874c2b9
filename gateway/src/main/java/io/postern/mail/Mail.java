package io.postern.mail;

/// What the queue keeps: envelope and message under an id.
///
/// @param id unique and sortable by time; given to the peer with the 250; letters, digits only
/// @param envelope the facts at the door
/// @param message the bytes
public record Mail(String id, Envelope envelope, Message message) {}
