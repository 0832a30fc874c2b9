package io.postern.service;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/// The few functions of the C library that the JDK has no door to: it knows Unix stream sockets,
/// but no Unix datagram sockets. The numbers are Linux's, the same on x86-64 and AArch64
/// (`bits/socket.h`, `bits/time.h`).
final class Libc {
  /// unix(7): the size of `sun_path`, which holds an address and a zero behind it.
  static final int ADDRESS_BYTES_MAX = 107;

  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int CLOCK_MONOTONIC = 1;

  private static final StructLayout SOCKADDR_UN =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_SHORT, MemoryLayout.sequenceLayout(108, ValueLayout.JAVA_BYTE));
  private static final long PATH_OFFSET = ValueLayout.JAVA_SHORT.byteSize();
  private static final StructLayout TIMESPEC =
      MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private Libc() {}

  /// Sends one datagram to a Unix socket, from a socket made for it.
  ///
  /// @param address a path; or a name in the abstract namespace, with an at sign for its leading
  ///   zero. At most [#ADDRESS_BYTES_MAX] bytes
  /// @throws IOException when nobody listens there, or it can't be reached; the message has the
  ///   error number of errno(3)
  static void send(String address, String text) throws IOException {
    byte[] path = address.getBytes(StandardCharsets.UTF_8);
    if (path.length == 0 || path.length > ADDRESS_BYTES_MAX) {
      throw new IOException("the address of a Unix socket has 1 to 107 bytes: " + address);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(SOCKADDR_UN);
      to.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
      // unix(7): the length tells an abstract name's end, and a path has a zero behind it.
      boolean isAbstract = path[0] == '@';
      if (isAbstract) {
        to.set(ValueLayout.JAVA_BYTE, PATH_OFFSET, (byte) 0);
      }
      int length = (int) PATH_OFFSET + path.length + (isAbstract ? 0 : 1);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      MemorySegment state = arena.allocate(STATE);
      int socket =
          (int) Calls.SOCKET.invokeExact(state, (int) AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      require(socket >= 0, "socket", state);
      try {
        long sent =
            (long)
                Calls.SENDTO.invokeExact(
                    state, socket, data, (long) bytes.length, MSG_NOSIGNAL, to, length);
        require(sent == bytes.length, "sendto", state);
      } finally {
        int _ = (int) Calls.CLOSE.invokeExact(state, socket);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // invokeExact declares it; no function of C throws.
      throw new IllegalStateException(e);
    }
  }

  /// The clock CLOCK_MONOTONIC of clock_gettime(2), in microseconds: what the service manager
  /// compares with its own. `System.nanoTime()` promises no particular clock.
  static long monotonicMicros() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(TIMESPEC);
      MemorySegment state = arena.allocate(STATE);
      int result = (int) Clock.GETTIME.invokeExact(state, CLOCK_MONOTONIC, time);
      require(result == 0, "clock_gettime", state);
      return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000
          + time.get(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG.byteSize()) / 1_000;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void require(boolean good, String function, MemorySegment state)
      throws IOException {
    if (!good) {
      throw new IOException(
          "%s failed with errno %d".formatted(function, (int) ERRNO.get(state, 0L)));
    }
  }

  /// Linked at the first datagram: a gateway that nobody supervises never pays for it.
  private static final class Calls {
    static final MethodHandle SOCKET =
        function(
            "socket",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    static final MethodHandle SENDTO =
        function(
            "sendto",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    static final MethodHandle CLOSE =
        function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }

  /// Linked at the first reload.
  private static final class Clock {
    static final MethodHandle GETTIME =
        function(
            "clock_gettime",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
  }

  /// A function whose first argument takes the errno of the call.
  ///
  /// Linking is "restricted" because a wrong signature crashes the process; these are checked
  /// against socket(2), sendto(2), close(2) and clock_gettime(2).
  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        signature,
        Linker.Option.captureCallState("errno"));
  }
}
