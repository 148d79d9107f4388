package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
    /** No process has this number: those of the systems that we know are shorter. */
    private static final String ENDED = "tegula-native-999999999999-";

    @TempDir
    Path temp;

    private Path folder(String name, Duration age, String... files) throws IOException {
        Path folder = Files.createDirectory(temp.resolve(name));
        for (String file : files) {
            Files.writeString(folder.resolve(file), "x");
        }
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(age)));
        return folder;
    }

    @Test
    void onlyOldFoldersOfProcessesThatHaveEndedGo() throws IOException {
        Duration old = Duration.ofDays(1);
        Path mine = Files.createTempDirectory(temp, Leftovers.prefix());
        folder(ENDED + "1", old, Leftovers.FILE);
        folder(ENDED + "2", old);
        folder(ENDED + "3", Duration.ofMinutes(1), Leftovers.FILE);
        folder(ENDED + "4", old, Leftovers.FILE, "notes");
        folder(Leftovers.prefix() + "5", old, Leftovers.FILE);
        folder("tegula-native-elsewhere", old, Leftovers.FILE);
        Path target = folder("target", old, Leftovers.FILE);
        Files.createSymbolicLink(temp.resolve(ENDED + "6"), target);
        Leftovers.remove(mine);
        try (Stream<Path> left = Files.list(temp)) {
            Set<String> names = left.map(path -> path.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(new TreeSet<>(Set.of(mine.getFileName().toString(), ENDED + "3", ENDED + "4", ENDED + "6",
                    Leftovers.prefix() + "5", "tegula-native-elsewhere", "target")), names);
        }
        assertTrue(Files.exists(target.resolve(Leftovers.FILE)));
    }
}
