package io.postern.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Executors;

/// What a bench works on: a folder of its own, which is gone afterwards, and a receiver on loopback
/// that answers as the bench says.
final class Workbench implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  private final Path folder;
  private final HttpServer server;

  private Workbench(Path folder, HttpServer server) {
    this.folder = folder;
    this.server = server;
  }

  /// Makes one.
  ///
  /// @param disk a folder on the disk to be measured
  /// @param name what its own folder's name begins with
  static Workbench on(Path disk, String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return new Workbench(Files.createTempDirectory(disk, name), server);
  }

  Path folder() {
    return folder;
  }

  /// Has the receiver answer at a path.
  ///
  /// @return the URL
  URI answer(String path, HttpHandler answers) {
    server.createContext(path, answers);
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  /// Reads a request to its end.
  ///
  /// @return how many bytes its body has
  static long read(HttpExchange exchange) throws IOException {
    byte[] block = new byte[BLOCK];
    InputStream in = exchange.getRequestBody();
    long bytes = 0;
    int count = in.read(block);
    while (count >= 0) {
      bytes += count;
      count = in.read(block);
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    server.stop(0);
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
