package dev.tegula.opencl;

import dev.tegula.kernel.CacheFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Compiled programs in the user's folder for caches, a file each, named by the hash of everything that they are made of. A
 * file begins with the hash of what follows it; one that does not agree is as good as none. What goes wrong here costs a
 * compilation and nothing else, so nobody is told.
 */
final class BinaryCache {
    private static final int HASH_BYTES = 32;

    private final Optional<Path> folder;

    /** A cache in a folder, which may not exist; or none. */
    BinaryCache(Optional<Path> folder) {
        this.folder = folder;
    }

    /** The user's. */
    static BinaryCache ofUser() {
        return new BinaryCache(CacheFolder.find().map(path -> path.resolve("opencl")));
    }

    /** The name of a program's file. */
    static String key(String... madeOf) {
        MessageDigest digest = sha256();
        for (String part : madeOf) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        return HexFormat.of().formatHex(digest.digest()) + ".bin";
    }

    /** A program that was kept. */
    Optional<byte[]> read(String key) {
        try {
            if (folder.isEmpty() || !Files.isRegularFile(folder.get().resolve(key))) {
                return Optional.empty();
            }
            byte[] file = Files.readAllBytes(folder.get().resolve(key));
            if (file.length <= HASH_BYTES) {
                return Optional.empty();
            }
            byte[] binary = Arrays.copyOfRange(file, HASH_BYTES, file.length);
            return Arrays.equals(sha256().digest(binary), Arrays.copyOf(file, HASH_BYTES))
                    ? Optional.of(binary)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Keeps a program. */
    void write(String key, byte[] binary) {
        if (folder.isEmpty()) {
            return;
        }
        byte[] file = Arrays.copyOf(sha256().digest(binary), HASH_BYTES + binary.length);
        System.arraycopy(binary, 0, file, HASH_BYTES, binary.length);
        try {
            CacheFolder.write(folder.get().resolve(key), file);
        } catch (IOException e) {
            // A folder that cannot be written to: the next start compiles again.
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
