package io.postern.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Optional;

/// What a file is by its first bytes, where they tell it for certain. For telling that a part is
/// not what it says: never to decide what is harmless.
enum RealType {
  PDF("application/pdf", "%PDF-"),
  PNG("image/png", "\u0089PNG\r\n\u001a\n"),
  JPEG("image/jpeg", "\u00ff\u00d8\u00ff"),
  GIF("image/gif", "GIF8"),
  ZIP("application/zip", "PK\u0003\u0004"),
  RAR("application/vnd.rar", "Rar!\u001a\u0007"),
  SEVEN_ZIP("application/x-7z-compressed", "7z\u00bc\u00af'\u001c"),
  GZIP("application/gzip", "\u001f\u008b\u0008"),
  /// The container of old Office files and of Outlook's messages.
  OLE("application/x-ole-storage", "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1"),
  RTF("application/rtf", "{\\rtf"),
  WINDOWS_PROGRAM("application/vnd.microsoft.portable-executable", "MZ"),
  ELF_PROGRAM("application/x-executable", "\u007fELF"),
  /// What Outlook packs its mail in (winmail.dat).
  TNEF("application/ms-tnef", "x\u009f>\"");

  /// How many bytes of a file it takes to tell.
  static final int BYTES = 8;

  private final String type;
  private final String start;

  RealType(String type, String start) {
    this.type = type;
    this.start = start;
  }

  /// What begins like this; none when the bytes do not tell.
  static Optional<RealType> of(byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    return Arrays.stream(values()).filter(real -> text.startsWith(real.start)).findFirst();
  }

  /// The usual name of the type.
  String type() {
    return type;
  }

  /// True when a file of this kind can't be what a type says. Types that say little, such as
  /// application/octet-stream, and those of which nothing is known here are never contradicted.
  boolean contradicts(String declared) {
    boolean isImage = this == PNG || this == JPEG || this == GIF;
    if (declared.startsWith("image/")) {
      // Senders mix images up, and programs that show them do not mind.
      return !isImage && !declared.startsWith("image/vnd.") && !declared.startsWith("image/x-");
    }
    if (declared.equals(PDF.type)) {
      return this != PDF;
    }
    // Two letters are too few to tell a program from a text.
    boolean isMedium = declared.startsWith("audio/") || declared.startsWith("video/");
    boolean isText = declared.startsWith("text/") || declared.startsWith("message/");
    return isMedium || (isText && this != WINDOWS_PROGRAM && !isRichText(declared));
  }

  private boolean isRichText(String declared) {
    return this == RTF && (declared.equals("text/rtf") || declared.equals("text/richtext"));
  }
}
