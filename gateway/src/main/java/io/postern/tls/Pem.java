package io.postern.tls;

import io.postern.settings.Place;
import io.postern.settings.Problems;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One block of a PEM file (RFC 7468). Java 25 has a decoder of its own only as a preview.
final class Pem {
  /// No file has more blocks.
  static final int COUNT_MAX = 100;

  private static final Pattern BOUNDARY = Pattern.compile("-----(BEGIN|END) ([A-Z0-9 ]+)-----\\s*");
  private static final String CUT = "; the file was cut off or pasted badly, write it anew";
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]*={0,2}");

  private final String label;
  private final Place place;
  private final StringBuilder base64 = new StringBuilder();
  private byte[] bytes = {};
  private boolean encrypted;

  private Pem(String label, Place place) {
    this.label = label;
    this.place = place;
  }

  /// What it holds, such as `CERTIFICATE`.
  String label() {
    return label;
  }

  /// Where it begins.
  Place place() {
    return place;
  }

  /// What it holds, in DER; not to be changed.
  byte[] bytes() {
    return bytes;
  }

  /// True when a header of the old kind says that it is encrypted (RFC 1421 §4.6.1.1); the bytes
  /// say nothing then. [#label()] tells the new kind.
  boolean encrypted() {
    return encrypted;
  }

  /// Reads all blocks. Text between them is no concern of ours: several tools explain there what
  /// follows.
  ///
  /// @param file named in problems
  /// @param text the file's bytes, one character each
  /// @param problems gets whatever is wrong; then the list is not to be used
  static List<Pem> read(String file, String text, Problems problems) {
    List<Pem> blocks = new ArrayList<>();
    @Nullable Pem open = null;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      Place here = new Place(file, number, 1);
      Matcher boundary = BOUNDARY.matcher(line);
      boolean isBoundary = boundary.matches();
      if (open == null) {
        if (isBoundary && boundary.group(1).equals("BEGIN")) {
          open = new Pem(boundary.group(2), here);
        }
      } else if (isBoundary && boundary.group().startsWith("-----END " + open.label + "-----")) {
        open.decode(problems);
        blocks.add(open);
        open = null;
      } else if (line.startsWith("-----")) {
        problems.error(
            here,
            "the block that begins in line %d is not ended".formatted(open.place.line()) + CUT);
        return blocks;
      } else if (!open.add(line)) {
        problems.error(here, "this is not base64" + CUT);
        return blocks;
      }
      if (blocks.size() > COUNT_MAX) {
        problems.error(here, "more than " + COUNT_MAX + " PEM blocks; write only what is needed");
        return blocks;
      }
    }
    if (open != null) {
      problems.error(open.place, "this block has no end" + CUT);
    }
    return blocks;
  }

  private boolean add(String line) {
    String text = line.strip();
    if (text.contains(":")) {
      // A header of the old kind; nothing else in a block has a colon.
      encrypted |= text.startsWith("Proc-Type:") && text.endsWith("ENCRYPTED");
      return true;
    }
    base64.append(text);
    return BASE64.matcher(text).matches();
  }

  private void decode(Problems problems) {
    if (encrypted || problems.hasErrors()) {
      return;
    }
    try {
      bytes = Base64.getDecoder().decode(base64.toString());
    } catch (IllegalArgumentException _) {
      problems.error(place, "the base64 of this block is not whole" + CUT);
    }
  }

  /// Its label and place only: a block may be a private key.
  @Override
  public String toString() {
    return label + " at " + place;
  }
}
