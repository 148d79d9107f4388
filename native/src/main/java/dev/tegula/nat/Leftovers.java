package dev.tegula.nat;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Folders with the library that JVMs left behind which were killed while they loaded it. A folder's name has the number of
 * the process that made it, and only the library lies in it.
 */
final class Leftovers {
    /** The library in a folder. */
    static final String FILE = "libtegula.so";

    private static final String NAME = "tegula-native-";
    private static final Pattern FOLDER = Pattern.compile(NAME + "(\\d{1,18})-\\d+");
    /**
     * Younger ones are left alone. Loading takes no second, and a process in another container, which may share the
     * folder for temporary files, has a number that says nothing here.
     */
    private static final Duration AGE = Duration.ofHours(1);

    private Leftovers() {}

    /** How the name of a folder of this process begins. */
    static String prefix() {
        return NAME + ProcessHandle.current().pid() + "-";
    }

    /**
     * Removes what processes of this user that have ended left beside a folder of this process. What cannot be removed
     * stays: another process may be at it too.
     *
     * @param mine a folder that this process has just made
     */
    static void remove(Path mine) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(mine.getParent(), NAME + "*")) {
            UserPrincipal me = Files.getOwner(mine);
            for (Path folder : folders) {
                removeIfStale(folder, me);
            }
        } catch (IOException | DirectoryIteratorException | UnsupportedOperationException | SecurityException e) {
            // Cleaning up after others is no reason to fail.
        }
    }

    private static void removeIfStale(Path folder, UserPrincipal me) {
        Matcher name = FOLDER.matcher(folder.getFileName().toString());
        try {
            if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()
                    && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(me)
                    && Files.getLastModifiedTime(folder).toInstant().isBefore(Instant.now().minus(AGE))) {
                Files.deleteIfExists(folder.resolve(FILE));
                Files.delete(folder);
            }
        } catch (IOException e) {
            // It has other files too, or another process has just removed it.
        }
    }
}
