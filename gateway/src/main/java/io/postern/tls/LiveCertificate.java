package io.postern.tls;

import io.postern.settings.Place;
import io.postern.settings.Problem;
import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate in force, which follows its files while mail flows. Someone turns the crank,
/// [#look()], every few seconds; it compares contents, for file events get lost on symbolic links,
/// which is how most tools put a new certificate in place. An edit is taken once two looks in a row
/// saw the same files and the key is that of the certificate; what can't be used leaves the one in
/// force where it is, and [#state()] says why. Sessions that are encrypted stay as they are.
///
/// A certificate that nobody configured is made here, and made anew before it ends.
///
/// Any thread may call any method; [#engine()] and [#state()] never wait.
public final class LiveCertificate {
  private static final Logger log = LoggerFactory.getLogger(LiveCertificate.class);

  /// When a certificate could not be made, it is tried again after so long.
  private static final Duration MAKE_AGAIN = Duration.ofHours(1);

  private final Settings settings;
  private final InstantSource clock;
  private final SelfSigned maker;

  private volatile @Nullable ServerTls tls;
  private volatile State state = new State(null, false, List.of());
  private @Nullable Contents seen;
  private @Nullable Contents judged;
  private Instant makeFrom = Instant.MIN;

  /// What is in force, and how the files stand to it.
  ///
  /// @param identity the certificate in force; null when there never was a good one
  /// @param stale true when the files are not what is in force, or no certificate could be made
  /// @param problems what is wrong with the files now, warnings too, by place
  public record State(@Nullable Identity identity, boolean stale, List<Problem> problems) {
    public State {
      problems = List.copyOf(problems);
    }

    /// When the certificate in force ends, as [Identity#ending] says it; empty when there is none.
    public Optional<String> ending(Instant now) {
      return Optional.ofNullable(identity).flatMap(it -> it.ending(now));
    }
  }

  /// Makes a live certificate without one in force; [#start()] comes next.
  ///
  /// @param chance for the password of what exists only while a certificate is made
  public LiveCertificate(Settings settings, InstantSource clock, RandomGenerator chance) {
    this.settings = settings;
    this.clock = clock;
    this.maker = new SelfSigned(settings, chance);
  }

  /// How it stands.
  public State state() {
    return state;
  }

  /// An engine for one new session, with the certificate in force; empty when there is none.
  public Optional<SSLEngine> engine() {
    return Optional.ofNullable(tls).map(ServerTls::engine);
  }

  /// Takes the files as they are now. When the certificate is ours to make and there is no good
  /// one, it is made, which takes a second.
  public synchronized State start() {
    if (settings.selfMade()) {
      if (Files.exists(settings.certificate())) {
        consider(Contents.of(settings));
      }
      makeWhenDue();
      return state;
    }
    return reload();
  }

  /// Takes the files as they are now, if they have changed.
  public synchronized State reload() {
    if (settings.selfMade()) {
      makeWhenDue();
    } else {
      seen = Contents.of(settings);
      if (!seen.equals(judged)) {
        consider(seen);
      }
    }
    return state;
  }

  /// One turn of the crank.
  public synchronized void look() {
    if (settings.selfMade()) {
      makeWhenDue();
      return;
    }
    Contents contents = Contents.of(settings);
    if (!contents.equals(seen)) {
      seen = contents;
    } else if (!contents.equals(judged)) {
      consider(contents);
    }
  }

  private void makeWhenDue() {
    Instant now = clock.instant();
    @Nullable Identity identity = state.identity();
    if ((identity != null && !maker.isDue(identity, now)) || now.isBefore(makeFrom)) {
      return;
    }
    try {
      maker.make();
      consider(Contents.of(settings));
    } catch (IOException e) {
      makeFrom = now.plus(MAKE_AGAIN);
      stay(
          List.of(
              new Problem(
                  new Place(settings.certificate().toString(), 0, 0),
                  Severity.ERROR,
                  "no certificate could be made (%s); configure one with smtp.tls.certificate"
                      .formatted(TextFile.reason(e)))));
    }
  }

  private void consider(Contents contents) {
    judged = contents;
    Problems problems = new Problems();
    Optional<Identity> identity =
        CertificateFiles.judge(contents, settings, clock.instant(), Severity.ERROR, problems);
    if (identity.isPresent()) {
      try {
        take(identity.get(), new ServerTls(identity.get()), problems.sorted());
        return;
      } catch (GeneralSecurityException e) {
        problems.error(
            new Place(settings.certificate().toString(), 0, 0),
            "Java can't use this certificate (%s); have another one issued"
                .formatted(e.getMessage()));
      }
    }
    stay(problems.sorted());
  }

  private void take(Identity identity, ServerTls taken, List<Problem> warnings) {
    tls = taken;
    state = new State(identity, false, warnings);
    log.atInfo()
        .addKeyValue("file", settings.certificate())
        .addKeyValue("names", identity.names())
        .addKeyValue("until", identity.notAfter())
        .log("certificate in force");
    for (Problem warning : warnings) {
      log.atWarn().addKeyValue("problem", warning).log("look at the certificate");
    }
  }

  private void stay(List<Problem> problems) {
    state = new State(state.identity(), true, problems);
    log.atWarn()
        .addKeyValue("problem", problems.getFirst())
        .addKeyValue("problems", problems.size())
        .log(
            state.identity() == null
                ? "there is no certificate that can be used"
                : "the certificate files can't be used; the certificate before them stays");
  }
}
