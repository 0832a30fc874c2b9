package io.postern.feed;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All subscribers in force at one time. It never changes; any thread may use it.
public final class Roster {
  private final String version;
  private final Map<String, Subscriber> byName = new LinkedHashMap<>();

  /// @param version a hash of the files' paths and texts
  /// @param subscribers with different names, in the order of their files
  Roster(String version, List<Subscriber> subscribers) {
    this.version = version;
    subscribers.forEach(subscriber -> byName.put(subscriber.name(), subscriber));
  }

  /// A hash of the files' paths and texts.
  public String version() {
    return version;
  }

  /// All of them in the order of their files' paths, disabled ones too.
  public List<Subscriber> subscribers() {
    return List.copyOf(byName.values());
  }

  /// The subscriber with this name, enabled or not.
  public Optional<Subscriber> subscriber(String name) {
    return Optional.ofNullable(byName.get(name));
  }
}
