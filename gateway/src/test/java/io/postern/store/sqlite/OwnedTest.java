package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postern.fixture.FakeClock;
import io.postern.journal.StoreUnavailable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OwnedTest {
  @TempDir private Path home;
  private final List<Path> synced = new ArrayList<>();

  @Test
  void eachFolderThatIsMadeHasItsNameOnDisk() throws Exception {
    Path folder = home.resolve("var/lib/postern");
    Owned.createFolder(folder, this::note);
    assertTrue(Files.isDirectory(folder));
    assertEquals(List.of(home, home.resolve("var"), home.resolve("var/lib")), synced);
    synced.clear();
    Owned.createFolder(folder.resolve("state"), this::note);
    assertEquals(List.of(folder), synced);
  }

  @Test
  void aFolderThatIsThereCostsNothing() throws Exception {
    Path link =
        Files.createSymbolicLink(home.resolve("link"), Files.createDirectory(home.resolve("real")));
    Owned.createFolder(link, this::note);
    Owned.createFolder(home, this::note);
    assertEquals(List.of(), synced);
  }

  @Test
  void aFileInItsPlaceIsNoFolder() throws Exception {
    Path file = Files.createFile(home.resolve("file"));
    assertThrows(FileAlreadyExistsException.class, () -> Owned.createFolder(file, this::note));
    assertThrows(IOException.class, () -> Owned.createFolder(file.resolve("state"), this::note));
    assertEquals(List.of(), synced);
  }

  @Test
  void aFolderThatCanNotBeSyncedIsAFault() {
    assertThrows(
        IOException.class,
        () ->
            Owned.createFolder(
                home.resolve("state"),
                _ -> {
                  throw new IOException("no");
                }));
  }

  @Test
  void aDatabaseOfAnotherUserIsRefusedAndNothingIsMadeBesideIt() throws Exception {
    Path database = home.resolve("postern.db");
    Settings settings = Settings.of(database, 0);
    SqliteStore.open(settings, new FakeClock()).close();
    List<String> before = names();
    UserPrincipal us = Owned.ownerIn(home);
    UserPrincipal other = anotherThan(us);

    StoreUnavailable refusal =
        assertThrows(
            StoreUnavailable.class,
            () ->
                SqliteStore.open(
                    Database.existing(settings), settings, new FakeClock(), _ -> other));

    String cure = "runuser -u " + us.getName() + " -- postern ";
    assertTrue(refusal.getMessage().contains(cure), refusal.getMessage());
    assertTrue(
        refusal.getMessage().contains("would be " + other.getName() + "'s alone"),
        refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
    assertEquals(before, names());
    SqliteStore.open(Database.existing(settings), settings, new FakeClock(), _ -> us).close();
    if (us.getName().equals("root")) {
      // Only root can give a file away, as it is only root that is refused.
      Files.setOwner(database, other);
      assertThrows(StoreUnavailable.class, () -> SqliteStore.open(settings, new FakeClock()));
      assertThrows(
          StoreUnavailable.class, () -> SqliteStore.openExisting(settings, new FakeClock()));
    }
  }

  /// As a container's volume has it, whose files are given to a group and not to a user.
  @Test
  void aDatabaseThatOthersMayWriteToIsNotRefused() throws Exception {
    Path database = Files.createFile(home.resolve("postern.db"));
    UserPrincipal other = anotherThan(Owned.ownerIn(home));
    Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r--r--"));
    assertThrows(StoreUnavailable.class, () -> Owned.requireOwn(database, _ -> other));
    Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-rw----"));
    Owned.requireOwn(database, _ -> other);
    Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-----w-"));
    Owned.requireOwn(database, _ -> other);
  }

  @Test
  void nobodyIsRefusedWhereNobodyCanTell() throws Exception {
    UserPrincipal other = anotherThan(Owned.ownerIn(home));
    Owned.requireOwn(home.resolve("postern.db"), _ -> other);
    Path database = Files.createFile(home.resolve("postern.db"));
    Owned.requireOwn(
        database,
        _ -> {
          throw new IOException("no space left on device");
        });
  }

  @Test
  void aCommandMakesNoStore() throws Exception {
    Settings settings = Settings.of(home.resolve("data/postern.db"), 0);
    StoreUnavailable refusal =
        assertThrows(
            StoreUnavailable.class, () -> SqliteStore.openExisting(settings, new FakeClock()));
    assertTrue(refusal.getMessage().startsWith("There is no database at "));
    assertEquals(List.of(), names());
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(home)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /// Everywhere there is a root, and a number without a name.
  private UserPrincipal anotherThan(UserPrincipal us) throws IOException {
    return home.getFileSystem()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(us.getName().equals("root") ? "54321" : "root");
  }

  private void note(Path folder) {
    assertTrue(Files.isDirectory(folder));
    synced.add(folder);
  }
}
