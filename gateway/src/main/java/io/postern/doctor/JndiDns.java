package io.postern.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/// The JDK's own DNS client, with the name servers of this machine.
public final class JndiDns implements Dns {
  /// Doubled at each try.
  private static final int FIRST_WAIT_MS = 1_500;

  private static final int TRIES = 2;

  private final String servers;

  private JndiDns(String servers) {
    this.servers = servers;
  }

  /// With the name servers of `/etc/resolv.conf`.
  public static JndiDns ofThisMachine() {
    return new JndiDns("dns:");
  }

  /// With one name server: for tests.
  static JndiDns of(String host, int port) {
    return new JndiDns("dns://" + host + ":" + port);
  }

  /// What makes JNDI dangerous are providers that make objects of what they are told. The one of
  /// DNS, which is named here and by nobody else, gives texts and bytes.
  @SuppressWarnings({"BanJNDI", "JdkObsolete"})
  @Override
  public List<String> records(String name, Type type) throws IOException {
    // The only table that JNDI takes.
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, servers);
    environment.put("com.sun.jndi.dns.timeout.initial", Integer.toString(FIRST_WAIT_MS));
    environment.put("com.sun.jndi.dns.timeout.retries", Integer.toString(TRIES));
    try {
      DirContext context = new InitialDirContext(environment);
      try {
        // With the full stop no search list is tried.
        return texts(
            context.getAttributes(name + ".", new String[] {type.name()}).get(type.name()));
      } finally {
        context.close();
      }
    } catch (NameNotFoundException _) {
      return List.of();
    } catch (NamingException e) {
      throw new IOException("DNS doesn't tell " + type + " of " + name + ": " + e.getMessage(), e);
    }
  }

  private static List<String> texts(@Nullable Attribute records) throws NamingException {
    List<String> texts = new ArrayList<>();
    if (records != null) {
      NamingEnumeration<?> all = records.getAll();
      while (all.hasMore()) {
        texts.add(String.valueOf(all.next()));
      }
    }
    return List.copyOf(texts);
  }
}
