package io.postern.rules;

import io.postern.settings.Problem.Severity;
import io.postern.settings.Problems;
import io.postern.settings.Secret;
import io.postern.settings.Section;
import io.postern.settings.Text;
import io.postern.webhook.Endpoint.Authentication;
import io.postern.webhook.Endpoint.Authorization;
import io.postern.webhook.Endpoint.Exchange;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the keys below `post:` that say where a call goes, how, and what proves us there: those
/// that all files with such a section have in common.
///
/// @param post the section
/// @param settings where may be posted
/// @param unreadable how bad it is when a secret or a certificate can't be read
/// @param problems gets what is wrong
public record CallReader(Section post, Settings settings, Severity unreadable, Problems problems) {
  private static final int KEYS_MAX = 5;

  /// How an API key is sent.
  private enum Send {
    BEARER,
    FIELD
  }

  /// What a format has, as far as it matters for what proves us.
  ///
  /// @param word the format in the file
  /// @param hasKeyField true when it has a place for an API key as a field
  /// @param withKeyField a format that has
  public record Fields(String word, boolean hasKeyField, String withKeyField) {}

  /// A URL that may be posted to.
  public Optional<URI> url(String key) {
    return post.text(key).flatMap(text -> new Urls(settings, problems).read(key, text));
  }

  /// Keys for signatures of Standard Webhooks.
  public List<Secret> signingKeys() {
    return post.secrets("sign", KEYS_MAX, unreadable);
  }

  /// How a call is made.
  ///
  /// @param permanentFailures what the file says on answers; null for nothing
  public Exchange exchange(@Nullable Set<Integer> permanentFailures) {
    return new PostReader(post, problems).exchange(permanentFailures, unreadable);
  }

  /// What proves us.
  ///
  /// @param bodyKey the key that bodies of the format are proved by, if it has one
  public Authentication authentication(Fields format, Optional<Secret> bodyKey) {
    Section basic = post.section("basic");
    Section apiKey = post.section("api-key");
    Optional<Text> username = basic.text("username");
    Optional<Secret> password = basic.secret("password", unreadable);
    Optional<Secret> key = apiKey.secret("value", unreadable);
    Map<String, Send> sends = new LinkedHashMap<>();
    sends.put("bearer", Send.BEARER);
    sends.put("field", Send.FIELD);
    Optional<Send> send = apiKey.word("send", sends);
    if (basic.isPresent()) {
      basic.require("username", "username: postern");
      basic.require("password", "password: { env: DESK_PASSWORD }");
      // RFC 7617 §2: the first colon ends the user name.
      if (username.isPresent() && username.get().value().contains(":")) {
        basic.refuse("username", "a colon, which Basic authentication can't send; remove it");
      }
    }
    if (apiKey.isPresent()) {
      apiKey.require("value", "value: { credential: desk-key }");
      apiKey.require("send", "send: bearer");
    }
    if (send.isPresent() && send.get() == Send.FIELD && !format.hasKeyField()) {
      apiKey.refuse(
          "send",
          "the format %s has no field for a key; write send: bearer, or format: %s"
              .formatted(format.word(), format.withKeyField()));
    }
    if (basic.isPresent() && send.isPresent() && send.get() == Send.BEARER) {
      problems.error(
          apiKey.place(), "basic and bearer both use the header Authorization; keep one of them");
    }
    boolean isBearer = send.isPresent() && send.get() == Send.BEARER;
    Authorization authorization = new Authorization.None();
    if (key.isPresent() && isBearer) {
      authorization = new Authorization.Bearer(key.get());
    } else if (username.isPresent() && password.isPresent()) {
      authorization = new Authorization.Basic(username.get().value(), password.get());
    }
    return new Authentication(
        authorization, isBearer ? null : key.orElse(null), bodyKey.orElse(null));
  }
}
