package io.postern.mime;

import java.io.InputStream;

/// HZ (RFC 1843) to GB2312 with its upper half: `~{` and `~}` enclose Chinese, `~~` is a tilde, and
/// one at a line's end joins it with the next. A line's end ends Chinese, too, and a tilde before
/// anything else stands for itself.
final class HzDecoding extends ByteDecoding {
  private boolean isChinese;
  private boolean isAfterTilde;

  HzDecoding(InputStream bytes) {
    super(bytes);
  }

  @Override
  void take(int b) {
    if (isAfterTilde) {
      afterTilde(b);
    } else if (b == '~') {
      isAfterTilde = true;
    } else {
      plain(b);
    }
  }

  private void afterTilde(int b) {
    isAfterTilde = false;
    switch (b) {
      case '{' -> isChinese = true;
      case '}' -> isChinese = false;
      case '~' -> put('~');
      case '\n' -> {}
      default -> {
        put('~');
        plain(b);
      }
    }
  }

  private void plain(int b) {
    isChinese &= b != '\r' && b != '\n';
    put(isChinese && b > ' ' ? b | 0x80 : b);
  }

  @Override
  void end() {
    if (isAfterTilde) {
      put('~');
    }
  }
}
