package io.postern.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ParseCommandTest {
  private static final String MAIL =
      """
      From: a@example.com
      Subject: =?utf-8?B?6KaL56mN?=
      Content-Type: multipart/mixed; boundary=b

      --b

      hello
      --b
      Content-Type: application/octet-stream; name=x.bin
      Content-Transfer-Encoding: base64

      /wANCg==
      --b--
      """;

  @TempDir private Path folder;
  private Path mail;
  private Path output;
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws IOException {
    mail = Files.writeString(folder.resolve("mail.eml"), MAIL.replace("\n", "\r\n"));
    output = folder.resolve("payload");
  }

  private int run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("parse", mail.toString()));
    arguments.addAll(List.of("--output", output.toString(), "--to", "Desk@in.Example.com"));
    arguments.addAll(Arrays.asList(more));
    err.getBuffer().setLength(0);
    PrintWriter unheard = new PrintWriter(new StringWriter());
    return Main.run(arguments.toArray(String[]::new), unheard, new PrintWriter(err, true));
  }

  @Test
  void printsThePayloadOfAMail() throws IOException {
    assertEquals(0, run("--from", "x@example.com", "--received", "2026-11-02T03:04:05Z"));
    assertEquals("content-type: application/json\n", err.toString());
    String compact = Files.readString(output);
    assertEquals(1, compact.lines().count());
    JsonNode json = JsonMapper.shared().readTree(compact);
    assertEquals("見積", json.get("subject").asString());
    assertEquals(
        "{\"from\":\"x@example.com\",\"to\":\"Desk@in.example.com\","
            + "\"recipients\":[\"Desk@in.example.com\"]}",
        json.get("envelope").toString());
    assertEquals("2026-11-02T03:04:05Z", json.get("mail").get("received").asString());
    assertEquals("/wANCg==", json.get("attachments").get(0).get("content").asString());

    assertEquals(
        0, run("--from", "x@example.com", "--received", "2026-11-02T03:04:05Z", "--pretty"));
    String pretty = Files.readString(output);
    assertTrue(pretty.lines().count() > 30, pretty);
    assertEquals(json, JsonMapper.shared().readTree(pretty));
  }

  @Test
  void printsTheSameBytesForTheSameMail() throws IOException {
    String[] options = {"--format", "form", "--received", "2026-11-02T03:04:05Z", "--pretty"};
    assertEquals(0, run(options));
    byte[] first = Files.readAllBytes(output);
    assertEquals(0, run(options));
    assertArrayEquals(first, Files.readAllBytes(output));
    assertTrue(err.toString().matches("content-type: multipart/form-data; boundary=\\S+\n"));
    String text = new String(first, ISO_8859_1);
    assertTrue(text.contains("\r\n\r\n\u00ff\0\r\n\r\n--postern-"), text);
  }

  @Test
  void takesTheOptionsOfTheFormats() throws IOException {
    assertEquals(0, run("--format", "postmark", "--raw"));
    assertTrue(JsonMapper.shared().readTree(output).has("RawEmail"));
    assertEquals(0, run("--inline-max", "3"));
    assertTrue(Files.readString(output).contains("\"omitted\":\"larger than 3 bytes\""));
    assertEquals(0, run("--rule", "desk", "--format", "form"));
    assertTrue(Files.readString(output, ISO_8859_1).contains("\r\ndesk\r\n"));
    Path key = Files.writeString(folder.resolve("key"), "key-1\n");
    assertEquals(0, run("--format", "mailgun", "--raw", "--signing-key", key.toString()));
    assertTrue(Files.readString(output).matches("(?s).*&signature=[0-9a-f]{64}&body-mime=.*"));
  }

  @Test
  void tellsWhatIsWrong() {
    assertEquals(2, run("--format", "xml"));
    assertTrue(err.toString().contains("--format xml: write one of form, json, raw, postern,"));
    assertEquals(2, run("--raw"));
    assertTrue(err.toString().contains("--raw: only for sendgrid, mailgun, postmark"));
    assertEquals(2, run("--format", "mailgun"));
    assertTrue(err.toString().contains("--format mailgun: write --signing-key FILE, too"));
    assertEquals(2, run("--inline-max", "-1"));
    assertEquals(2, run("--from", "nobody"));
    assertTrue(err.toString().contains("--from nobody: write an address such as"));
    mail = folder.resolve("none.eml");
    assertEquals(1, run());
    assertTrue(err.toString().contains("there is no such file"));
  }
}
