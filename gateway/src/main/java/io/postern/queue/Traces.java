package io.postern.queue;

/// What is to be forgotten: every trace of one mail, or of the mails that an address sent or got.
public sealed interface Traces {
  /// One mail.
  ///
  /// @param id its id, or that of one of its deliveries
  record OfMail(String id) implements Traces {}

  /// Mails to an address: it is one of their envelope recipients. The rows of refused mail count
  /// too.
  ///
  /// @param address in any case
  record To(String address) implements Traces {}

  /// Mails from an address: the one in their header From, or their reverse-path.
  ///
  /// @param address in any case
  record From(String address) implements Traces {}
}
