package io.postern;

import io.postern.fixture.WebhookSink;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A gateway in a folder of its own that each test writes files for and starts, and a receiver for
/// its posts.
public abstract class GatewayCase {
  @TempDir protected Path folder;
  protected WebhookSink sink;
  protected TestGateway gateway;

  @BeforeEach
  protected final void makeGateway() throws IOException {
    sink = WebhookSink.start();
    gateway = new TestGateway(folder);
  }

  @AfterEach
  protected final void closeGateway() throws IOException {
    gateway.close();
    sink.close();
  }
}
