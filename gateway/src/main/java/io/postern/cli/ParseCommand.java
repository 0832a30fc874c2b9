package io.postern.cli;

import io.postern.World;
import io.postern.mail.Address;
import io.postern.mail.Envelope;
import io.postern.mail.Mail;
import io.postern.mail.Peer;
import io.postern.mail.ReversePath;
import io.postern.mime.ParsedMail;
import io.postern.webhook.Body;
import io.postern.webhook.Dialect;
import io.postern.webhook.Format;
import io.postern.webhook.Payload;
import io.postern.webhook.Proof;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `postern parse`: the payload of a mail, without a gateway, so that a receiver's author can make
/// test data.
@Command(
    name = "parse",
    description = "Prints what an endpoint would get for a mail.",
    footer = {"", "The content type is told on standard error."})
final class ParseCommand implements Callable<Integer> {
  private static final String HOST = "localhost";

  /// Enough of a hash that no two mails share it, and as long as the ids of a gateway.
  private static final int ID_BYTES = 13;

  @Mixin private @Nullable MailOption mailOption;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--from",
      paramLabel = "ADDRESS",
      description = "The reverse-path; without this option it is the null one, <>.")
  private String from = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "As in a rule; postern unless you say otherwise.")
  private String format = Format.POSTERN.word();

  @Option(names = "--raw", description = "As in a rule: sendgrid, mailgun, postmark.")
  private boolean raw;

  @Option(
      names = "--inline-max",
      paramLabel = "BYTES",
      description = "As in a rule, in bytes: postern.")
  private long inlineMax = Dialect.INLINE_MAX;

  @Option(
      names = "--signing-key",
      paramLabel = "FILE",
      description = "The file with the key that the payload is signed with: mailgun.")
  private @Nullable Path signingKey;

  @Option(names = "--rule", paramLabel = "NAME", description = "The rule's name in the payload.")
  private String rule = "parse";

  @Option(
      names = "--received",
      paramLabel = "TIME",
      description = "When the mail came; now unless you say otherwise.")
  private @Nullable String received;

  @Option(names = "--pretty", description = "Sets JSON in lines.")
  private boolean pretty;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where the payload goes; standard output unless you say otherwise.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    CommandLine line = Main.line(spec);
    Dialect dialect = dialect(line);
    Address recipient = Main.present(mailOption).recipient(line);
    ReversePath path =
        from.isEmpty()
            ? ReversePath.NULL
            : new ReversePath.Of(AddressOption.parse(line, "--from", from));
    Instant now = Main.CLOCK.instant();
    Instant time = Objects.requireNonNullElse(TimeOption.parse(line, "--received", received), now);
    String key = signingKey(line, dialect);
    try (MailFile message = Main.present(mailOption).file()) {
      String id = id(message);
      Peer peer =
          new Peer(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), HOST, true, "");
      Envelope envelope = new Envelope(id, peer, path, List.of(recipient), time, false);
      Payload payload =
          new Payload(
              id + "-1",
              rule,
              recipient,
              new Mail(id, envelope, message),
              ParsedMail.parse(message),
              new Payload.Gateway(HOST, HOST));
      print(dialect.body(payload, Proof.of("", key, now, World.real().chance())), line);
    }
    return 0;
  }

  private Dialect dialect(CommandLine line) {
    Format chosen =
        Format.of(format)
            .orElseThrow(
                () ->
                    new ParameterException(
                        line, "--format " + format + ": write one of " + words(_ -> true)));
    if (raw && !chosen.hasRaw()) {
      throw new ParameterException(line, "--raw: only for " + words(Format::hasRaw));
    }
    if (inlineMax < 0 || inlineMax > Dialect.INLINE_TOTAL_MAX) {
      throw new ParameterException(
          line, "--inline-max " + inlineMax + ": write 0 to " + Dialect.INLINE_TOTAL_MAX);
    }
    return new Dialect(chosen, raw, inlineMax);
  }

  private static String words(Predicate<Format> which) {
    return Arrays.stream(Format.values())
        .filter(which)
        .map(Format::word)
        .collect(Collectors.joining(", "));
  }

  private String signingKey(CommandLine line, Dialect dialect) throws IOException {
    if (!dialect.format().isSigned()) {
      return "";
    }
    if (signingKey == null) {
      throw new ParameterException(line, "--format " + format + ": write --signing-key FILE, too");
    }
    String key = Files.readString(signingKey).strip();
    if (key.isEmpty()) {
      throw new IOException(signingKey + " is empty; write the key into it");
    }
    return key;
  }

  /// An id of the message's content: the same mail gives the same payload, and its boundary, which
  /// is made of the id, can't stand in it.
  private static String id(MailFile message) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(message.open(0), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// Not by a writer: a body is bytes, of which many are no text.
  private void print(Body body, CommandLine line) throws IOException {
    line.getErr().println("content-type: " + body.contentType());
    OutputStream out = output == null ? System.out : Files.newOutputStream(output);
    try (InputStream in = body.source().open()) {
      if (pretty && body.contentType().equals("application/json")) {
        JsonMapper mapper = JsonMapper.shared();
        out.write(mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(mapper.readTree(in)));
        out.write('\n');
      } else {
        in.transferTo(out);
      }
    } finally {
      if (output == null) {
        out.flush();
      } else {
        out.close();
      }
    }
  }
}
