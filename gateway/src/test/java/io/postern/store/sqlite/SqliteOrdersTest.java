package io.postern.store.sqlite;

import io.postern.queue.OrdersContract;

final class SqliteOrdersTest extends StoreCase implements OrdersContract {
  @Override
  public SqliteStore journal() {
    return store;
  }
}
