package io.postern.store.sqlite;

import io.postern.queue.MailQueueContract;

final class SqliteQueueTest extends StoreCase implements MailQueueContract {
  @Override
  public void restart() throws Exception {
    close();
    open();
  }
}
