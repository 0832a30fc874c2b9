package io.postern.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/// The signal SIGHUP, which asks a running gateway to read its rules anew.
final class Hangup {
  private Hangup() {}

  /// Runs a task, on a thread of the JDK's, at each SIGHUP.
  ///
  /// The class is reached by reflection: javac warns at each mention of `sun.misc`, that warning
  /// can't be suppressed, and here warnings are errors. The module `jdk.unsupported` exports it for
  /// good.
  static void onEach(Runnable task) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      // Only `handle` is of this interface; the rest are Object's own, which the task can answer.
      InvocationHandler run =
          (_, method, arguments) -> {
            if (!method.getName().equals("handle")) {
              return method.invoke(task, arguments);
            }
            task.run();
            return null;
          };
      signal
          .getMethod("handle", signal, handler)
          .invoke(
              null,
              signal.getConstructor(String.class).newInstance("HUP"),
              Proxy.newProxyInstance(Hangup.class.getClassLoader(), new Class<?>[] {handler}, run));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java runtime lacks the module jdk.unsupported", e);
    }
  }
}
