package io.postern.store.sqlite;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Stands between the writer and its connection, and tells a test of each call that reaches the
/// database. Closing always works, as it does with SQLite.
final class TroubledJdbc {
  /// The calls that can fail for reasons outside of the program.
  private static final Set<String> CALLS =
      Set.of("prepareStatement", "execute", "executeUpdate", "executeQuery");

  private TroubledJdbc() {}

  /// What a test does at a call.
  interface Trouble {
    /// Called before the real call; throwing here keeps it from being made.
    ///
    /// @param call the name of the JDBC method
    /// @param sql the statement
    void before(String call, String sql) throws SQLException;

    /// Called after it; throwing here makes a call that worked look like one that failed.
    default void after(String call, String sql) throws SQLException {}
  }

  /// A door for [SqliteStore#open(Settings, java.time.InstantSource, UnaryOperator)].
  static UnaryOperator<Connection> door(Trouble trouble) {
    return connection -> wrap(Connection.class, connection, "", trouble);
  }

  private static <T> T wrap(Class<T> type, T real, String sql, Trouble trouble) {
    InvocationHandler calls = (_, method, arguments) -> call(real, method, arguments, sql, trouble);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
  }

  private static Object call(
      Object real, Method method, Object[] arguments, String known, Trouble trouble)
      throws Throwable {
    boolean counts = CALLS.contains(method.getName());
    boolean named = arguments != null && arguments.length > 0 && arguments[0] instanceof String;
    String sql = counts && named ? (String) arguments[0] : known;
    if (counts) {
      trouble.before(method.getName(), sql);
    }
    Object result;
    try {
      result = method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (counts) {
      trouble.after(method.getName(), sql);
    }
    return switch (result) {
      case PreparedStatement statement -> wrap(PreparedStatement.class, statement, sql, trouble);
      case Statement statement -> wrap(Statement.class, statement, sql, trouble);
      case ResultSet rows -> wrap(ResultSet.class, rows, sql, trouble);
      case null, default -> result;
    };
  }
}
