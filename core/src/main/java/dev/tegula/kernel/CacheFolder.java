package dev.tegula.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Where what was measured, or compiled, on this machine is kept for this user. */
public final class CacheFolder {
    /** System property: the folder of such files instead of {@code tegula} in the user's folder for caches. */
    public static final String PROPERTY = "tegula.cache";

    private CacheFolder() {}

    /** The folder, which may not exist yet; empty where this user has no place for one. */
    public static Optional<Path> find() {
        return find(System.getProperty(PROPERTY), System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"));
    }

    /**
     * The folder.
     *
     * @param property the folder that the property names, or null
     * @param caches the user's folder for caches that XDG_CACHE_HOME names; null or empty for the usual one
     * @param home the user's home, or null
     */
    static Optional<Path> find(String property, String caches, String home) {
        try {
            if (property != null && !property.isEmpty()) {
                return Optional.of(Path.of(property));
            }
            if (caches != null && Path.of(caches).isAbsolute()) {
                return Optional.of(Path.of(caches, "tegula"));
            }
            // Users without a home have one that is no path, such as "?".
            return home != null && Path.of(home).isAbsolute()
                    ? Optional.of(Path.of(home, ".cache", "tegula"))
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * A file's path, where this user has one.
     *
     * @throws IOException when this user has no folder for caches
     */
    public static Path require(Optional<Path> file) throws IOException {
        return file.orElseThrow(() -> new IOException("this user has no folder for caches; name one with -D"
                + PROPERTY + "=FOLDER"));
    }

    /**
     * Makes a file's folder, so that nobody measures what cannot be kept.
     *
     * @throws IOException when a file could not be written there
     */
    public static void prepare(Path file) throws IOException {
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        Files.delete(Files.createTempFile(folder, "tegula", ".tmp"));
    }

    /**
     * Writes a file beside its place and renames it, so that nobody ever reads half of one.
     *
     * @throws IOException when it cannot be written
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with bytes. */
    public static void write(Path file, byte[] content) throws IOException {
        // A link to a file stays one.
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path beside = Files.createTempFile(target.getParent(), target.getFileName().toString(), ".tmp");
        try {
            Files.write(beside, content);
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
