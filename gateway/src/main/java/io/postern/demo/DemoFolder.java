package io.postern.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// The demo's own folder, with a configuration and two rules as a person would write them.
///
/// @param root a fresh folder for this user only; removed with all it holds when this is closed
record DemoFolder(Path root) implements AutoCloseable {
  /// The path of the endpoint that works.
  static final String SUPPORT = "/hooks/support";

  /// The path of the endpoint that fails once.
  static final String ORDERS = "/hooks/orders";

  /// Makes the folder and its files.
  ///
  /// @param receiver where the rules post to
  static DemoFolder create(InetSocketAddress receiver) throws IOException {
    DemoFolder folder = new DemoFolder(Files.createTempDirectory("postern-demo-"));
    try {
      Files.writeString(
          folder.configuration(),
          """
          hostname: mx.example.com
          smtp: { listen: ["127.0.0.1:0"], max-message-size: 1MB, tls: { enabled: false } }
          domains: [%s]
          rules: rules
          store: { sqlite: postern.db }
          """
              .formatted(Letter.DOMAIN));
      Path rules = Files.createDirectory(folder.root.resolve("rules"));
      String base = "http://127.0.0.1:" + receiver.getPort();
      Files.writeString(rules.resolve("support.yaml"), rule("support", base + SUPPORT));
      Files.writeString(rules.resolve("orders.yaml"), rule("orders", base + ORDERS));
      return folder;
    } catch (IOException e) {
      folder.close();
      throw e;
    }
  }

  private static String rule(String name, String url) {
    return """
    name: %s
    when:
      - header: To
        matches: '^%s@in\\.example\\.com$'
    post:
      url: %s
      format: form
      timeout: 5s
    retry:
      interval: 10s
      period: 1d
    """
        .formatted(name, name, url);
  }

  /// The configuration file.
  Path configuration() {
    return root.resolve("postern.yaml");
  }

  @Override
  public void close() {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                throws IOException {
              Files.deleteIfExists(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("the folder " + root + " could not be removed", e);
    }
  }
}
