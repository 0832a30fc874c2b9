package io.postern.store.sqlite;

/// Where a chunk of a message lies outside the database.
///
/// @param segment the number of the file
/// @param start the offset of its first byte
/// @param length in bytes
/// @param crc its CRC-32C, by which a reader knows that these are the bytes that were kept
record Extent(long segment, long start, int length, int crc) {}
