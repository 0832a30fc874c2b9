package io.postern.settings;

/// A place in a file.
///
/// @param file the file as the reader was told to open it
/// @param line from 1; 0 for the file as a whole
/// @param column from 1; 0 for the line as a whole
public record Place(String file, int line, int column) {
  @Override
  public String toString() {
    if (line == 0) {
      return file;
    }
    return file + ":" + line + ":" + column;
  }
}
