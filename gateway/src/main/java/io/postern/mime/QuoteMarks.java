package io.postern.mime;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The lines by which mail programs mark what they quote, in the languages they speak. All of them
/// are compared in lower case.
final class QuoteMarks {
  /// How many lines what names the author of a quote may be broken into.
  static final int ATTRIBUTION_LINES_MAX = 3;

  /// How long such a line may be, in characters.
  private static final int LINE_MAX = 300;

  /// How such a line begins: with a word such as "On", or with a year.
  private static final List<String> LEADS =
      List.of(
          "on ", "am ", "le ", "el ", "il ", "em ", "op ", "den ", "på ", "w dniu ", "dne ",
          "dnia ", "pada ", "vào ", "pe ", "στις ", "в ", "在", "於");

  /// What says "wrote".
  private static final List<String> WROTE =
      words(
          """
          wrote | schrieb | écrit | escribió | escribio | ha scritto | escreveu | schreef
          geschreven | skrev | pisze | napisał | пишет | написал | писал | пише | napsal
          napísal | kirjoitti | yazdı | írta | έγραψε | a scris | đã viết | menulis | 書きました
          のメッセージ | 写道 | 寫道 | 작성 | 썼습니다
          """);

  /// What stands between dashes above a mail that is quoted or passed on.
  private static final Set<String> SEPARATORS =
      Set.copyOf(
          words(
              """
              original message | ursprüngliche nachricht | original-nachricht | originalnachricht
              message d'origine | message d’origine | message original | message initial
              mensaje original | messaggio originale | oorspronkelijk bericht | mensagem original
              originalmeddelande | ursprungligt meddelande | oprindelig meddelelse
              opprinnelig melding | oryginalna wiadomość | wiadomość oryginalna
              исходное сообщение | оригинальное сообщение | původní zpráva | orijinal mesaj
              元のメッセージ | 原始邮件 | 原始郵件 | 原邮件 | 원본 메시지 | 원본 메일 | forwarded message | forwarded by
              weitergeleitete nachricht | message transféré | mensaje reenviado
              messaggio inoltrato | doorgestuurd bericht | mensagem encaminhada
              przekazana wiadomość | пересылаемое сообщение | 転送メッセージ | 转发的邮件 | 轉寄的郵件 | 전달된 메시지
              """));

  private static final List<String> FROM =
      words(
          """
          from: | von: | de : | de: | da: | van: | från: | fra: | od: | от: | kimden:
          lähettäjä: | 差出人: | 发件人: | 寄件者: | 보낸 사람: | 보낸사람: | gönderen:
          """);

  private static final List<String> SENT =
      words(
          """
          sent: | date: | gesendet: | datum: | envoyé : | envoyé: | date : | enviado:
          enviado el: | enviada: | enviada em: | fecha: | inviato: | data: | verzonden:
          skickat: | sendt: | dato: | wysłano: | отправлено: | дата: | odesláno: | gönderildi:
          tarih: | lähetetty: | 送信日時: | 日時: | 发送时间: | 寄件日期: | 보낸 날짜:
          """);

  private static final List<String> SUBJECT =
      words(
          """
          subject: | betreff: | objet : | objet: | asunto: | assunto: | oggetto: | onderwerp:
          ämne: | emne: | temat: | тема: | předmět: | konu: | aihe: | 件名: | 主题: | 主旨: | 제목:
          """);

  /// How far into a line such a word may reach.
  private static final int WORD_MAX = 24;

  private QuoteMarks() {}

  /// True for a line such as `-----Original Message-----`, below which all is quoted.
  static boolean isSeparator(String line) {
    if (line.length() > LINE_MAX || !line.startsWith("--")) {
      return false;
    }
    int from = 0;
    int to = line.stripTrailing().length();
    while (from < to && line.charAt(from) == '-') {
      from++;
    }
    while (to > from && line.charAt(to - 1) == '-') {
      to--;
    }
    return SEPARATORS.contains(line.substring(from, to).strip().toLowerCase(Locale.ROOT));
  }

  /// True for the line of underscores that Outlook draws above a header block.
  static boolean isRule(String line) {
    String stripped = line.strip();
    return stripped.length() >= 10 && stripped.chars().allMatch(c -> c == '_' || c == '-');
  }

  /// True for the first line of such a header block.
  static boolean isFrom(String line) {
    return startsWithOne(line, FROM);
  }

  /// True for the line of it that says when the mail was sent.
  static boolean isSent(String line) {
    return startsWithOne(line, SENT);
  }

  /// True for the line of it that says what the mail is about.
  static boolean isSubject(String line) {
    return startsWithOne(line, SUBJECT);
  }

  /// True for a line that may end what names the author of a quote.
  static boolean endsAttribution(String line) {
    if (line.length() > LINE_MAX || (line.startsWith(">") && !isBrokenAddressEnd(line))) {
      return false;
    }
    String stripped = line.stripTrailing();
    return stripped.endsWith(":") || stripped.endsWith("：");
  }

  /// True for the end of an address that was broken into two lines before its bracket, which is
  /// easily taken for a quoted line.
  static boolean isBrokenAddressEnd(String line) {
    return line.stripTrailing().equals(">:");
  }

  /// True for a text such as `On Sunday Ann wrote:` as a whole.
  static boolean isAttribution(String text) {
    return isLed(text) && namesAuthor(text);
  }

  /// True when a text says who wrote something.
  static boolean namesAuthor(String text) {
    boolean hasAddress = text.indexOf('<') >= 0 && text.indexOf('<') < text.lastIndexOf('@');
    return hasAddress || saysWrote(text);
  }

  /// True for such a text with a date in it: it is an attribution even if what follows is not
  /// marked as quoted.
  static boolean isDatedAttribution(String text) {
    int digits = 0;
    for (int i = 0; i < text.length() && digits < 4; i++) {
      digits = Character.isDigit(text.charAt(i)) ? digits + 1 : 0;
    }
    return digits == 4 && isLed(text) && saysWrote(text);
  }

  /// True for `-- `, whose space is often lost on the way (RFC 3676 §4.3).
  static boolean isSignatureDelimiter(String line) {
    return line.equals("-- ") || line.equals("--");
  }

  private static boolean isLed(String text) {
    String lower = text.toLowerCase(Locale.ROOT).replace('\u00a0', ' ');
    boolean isYear = text.length() > 4 && lower.chars().limit(4).allMatch(Character::isDigit);
    return isYear || LEADS.stream().anyMatch(lower::startsWith);
  }

  private static boolean saysWrote(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return WROTE.stream().anyMatch(lower::contains);
  }

  /// The words of a table, parted by bars and line ends.
  private static List<String> words(String table) {
    return List.of(table.strip().split("\\s*[|\n]\\s*"));
  }

  private static boolean startsWithOne(String line, List<String> words) {
    String start = line.substring(0, Math.min(line.length(), WORD_MAX)).replace('：', ':');
    if (start.indexOf(':') < 0) {
      return false;
    }
    // Outlook's rich text leaves its bold as stars.
    String word = start.toLowerCase(Locale.ROOT).replace("*", "").replace('\u00a0', ' ').strip();
    return words.stream().anyMatch(word::startsWith);
  }
}
