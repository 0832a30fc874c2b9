package io.postern.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private void note(Path folder) {
    assertTrue(Files.isDirectory(folder));
    synced.add(folder);
  }
}
