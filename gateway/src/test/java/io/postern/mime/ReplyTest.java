package io.postern.mime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.io.Reader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {
  private static String reply(String text) throws IOException {
    return all(Reply.of(MailText.of(text)).text());
  }

  private static String all(MailText text) throws IOException {
    try (Reader reader = text.open()) {
      return reader.readAllAsString();
    }
  }

  private static void assertWhole(String text) throws IOException {
    MailText whole = MailText.of(text);
    assertSame(whole, Reply.of(whole).text());
    assertEquals("", Reply.of(whole).signature());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "On Sun, Nov 22, 2026 at 6:00 AM Bob <bob@example.com> wrote:",
        "On Sun, Nov 22, 2026 at 6:00 AM Bob Example of the Long Name\n<bob@example.com> wrote:",
        "On 22 Nov 2026, at 06:00, Bob <\nbob@example.com>\nwrote:",
        "Bob wrote:",
        "Am 22.11.2026 um 06:00 schrieb Bob Example:",
        "Am So., 22. Nov. 2026 um 06:00 Uhr schrieb Bob <bob@example.com\n>:",
        "Le dim. 22 nov. 2026 à 06:00, Bob <bob@example.com> a écrit\u00a0:",
        "El dom, 22 nov 2026 a las 6:00, Bob (<bob@example.com>) escribió:",
        "Il giorno dom 22 nov 2026 alle ore 06:00 Bob <bob@example.com> ha scritto:",
        "Em dom., 22 de nov. de 2026 às 06:00, Bob <bob@example.com> escreveu:",
        "Op zo 22 nov 2026 om 06:00 schreef Bob <bob@example.com>:",
        "Den sön 22 nov. 2026 kl 06:00 skrev Bob <bob@example.com>:",
        "W dniu 22.11.2026 o 06:00, Bob pisze:",
        "вс, 22 нояб. 2026 г. в 06:00, Bob <bob@example.com>:",
        "22.11.2026 06:00, Боб пишет:",
        "2026年11月22日(日) 15:00 山田太郎 <yamada@example.jp>:",
        "2026/11/22 15:00、山田 <yamada@example.jp>のメール:",
        "Bob <bob@example.com> 于2026年11月22日周日 14:00写道：",
        "Bob <bob@example.com> 於 2026年11月22日 週日 下午2:00寫道：",
        "2026년 11월 22일 (일) 오후 3:00, Bob <bob@example.com>님이 작성:"
      })
  void endsWhereTheAuthorOfTheQuoteIsNamed(String attribution) throws IOException {
    String quote = attribution + "\n\n> the question\n>\n> Bob\n";
    assertEquals("The answer.", reply("The answer.\n" + quote));
    assertEquals("The answer.", reply(("The answer.\n\n" + quote).replace("\n", "\r\n")));
    assertEquals("The answer.", reply(quote + "The answer.\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----Original Message-----\nFrom: Bob\n",
        "-----Ursprüngliche Nachricht-----\nVon: Bob\n",
        "-------- Message d'origine --------\nDe: Bob\n",
        "---------- Forwarded message ---------\nFrom: Bob\n",
        "-----元のメッセージ-----\n差出人: 山田\n",
        "----- Original Message ----- \nFrom: Bob\n",
        "From: Bob <bob@example.com>\nSent: Sunday, 22 November 2026 06:00\nTo: A\nSubject: x\n",
        "________________________________\nFrom: Bob\nDate: Sunday\nTo: A\nCc: B\n\nSubject: x\n",
        "*From:* Bob\n*Sent:* Sunday\n*To:* Ann\n*Subject:* x\n",
        "Von: Bob\nGesendet: Sonntag\nAn: Ann\nBetreff: x\n",
        "De : Bob\nEnvoyé : dimanche\nÀ : Ann\nObjet : x\n",
        "差出人: 山田\n送信日時: 2026年11月22日\n宛先: a\n件名: x\n",
        "发件人： 王\n发送时间： 2026年\n收件人： a\n主题： x\n",
        "보낸 사람: 김\n보낸 날짜: 2026년\n받는 사람: a\n제목: x\n",
        "От: Боб\nОтправлено: 22.11.2026\nКому: A\nТема: x\n",
        "On Sun, 22 Nov 2026 06:00, Bob <bob@example.com> wrote:\n\nthe question, not marked\n"
      })
  void endsAtASeparator(String separator) throws IOException {
    assertEquals("Yes.", reply("Yes.\n\n" + separator + "\nthe question\n"));
    assertWhole(separator + "\nthe question\n");
  }

  @Test
  void leavesTheSignatureOut() throws IOException {
    Reply below = Reply.of(MailText.of("Yes.\n-- \nAnn\nExample Ltd\n\nOn x Bob wrote:\n> ?\n"));
    assertEquals("Yes.", all(below.text()));
    assertEquals("Ann\nExample Ltd", below.signature());
    Reply last = Reply.of(MailText.of("Yes.\n\nOn x Bob wrote:\n> ?\n\n--\nAnn\n"));
    assertEquals("Yes.", all(last.text()));
    assertEquals("Ann", last.signature());
    Reply bottom = Reply.of(MailText.of("Bob wrote:\n> ?\n\nYes.\n-- \nAnn\n"));
    assertEquals("Yes.", all(bottom.text()));
    assertWhole("Yes.\n-- \n" + "not a signature but the mail\n".repeat(30));
    assertWhole("-- \nAnn\n");
  }

  @Test
  void keepsWhatWasWrittenBetweenQuotedLines() throws IOException {
    assertWhole("Hi Bob,\n\nOn x Bob wrote:\n> one?\nyes\n> two?\nno\n");
    assertWhole("> one?\nyes\n> two?\nno\n");
    assertEquals("yes", reply("Bob wrote:\n> one?\nyes\n> two?\n"));
  }

  @Test
  void neverLeavesNothing() throws IOException {
    assertWhole("");
    assertWhole("\n \n");
    assertWhole("> only\n> quoted\n");
    assertWhole("On x Bob wrote:\n> only\n");
    assertWhole("-----Original Message-----\nx");
  }

  @Test
  void doesNotTakeWordsForAQuote() throws IOException {
    assertWhole("On Monday I wrote:\nplease call me.\n");
    assertWhole("Trip\nFrom: Berlin\nTo: Paris\nDate: 1 December\n");
    assertWhole("a\n----------\nb\n");
    assertWhole("My points:\n1. x\n");
    assertEquals("To these points:", reply("To these points:\n> a\n> b\n"));
  }

  @Test
  void searchesOnlyTheBeginningOfLongTexts() throws IOException {
    String line = "a line of a long text\n";
    String text = line.repeat(2 * Reply.SEARCH_MAX / line.length());
    assertWhole(text + "On x Bob wrote:\n> ?\n");
    assertWhole("> ?\n" + text);
    assertEquals("Yes.", reply("Yes.\n-----Original Message-----\n" + text));
  }
}
