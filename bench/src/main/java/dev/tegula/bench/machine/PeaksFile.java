package dev.tegula.bench.machine;

import dev.tegula.bench.Failures;
import dev.tegula.bench.Json;
import dev.tegula.bench.timing.Clock;
import dev.tegula.kernel.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The file that keeps the peaks of this machine for this user. */
public final class PeaksFile {
    /** More than any has. */
    private static final int MAX_BYTES = 1 << 20;

    private final Optional<Path> file;

    PeaksFile(Optional<Path> file) {
        this.file = file;
    }

    /** That of this user. */
    public static PeaksFile ofUser() {
        return new PeaksFile(CacheFolder.find().map(folder -> folder.resolve("machine.json")));
    }

    /** The peaks in it cannot be used; the message says why. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(message + "; 'tegula bench machine' measures");
        }
    }

    /**
     * Reads it.
     *
     * @param here the machine that they must be of
     * @throws UnusableException when there are none, or they are of another machine, or the file is damaged
     */
    public MachinePeaks read(Machine here) throws UnusableException {
        if (file.isEmpty() || !Files.exists(file.get())) {
            throw new UnusableException("no peaks of this machine are kept"
                    + file.map(path -> " in " + path).orElse(""));
        }
        MachinePeaks peaks;
        try {
            if (Files.size(file.get()) > MAX_BYTES) {
                throw new UnusableException(file.get() + " is longer than " + MAX_BYTES + " bytes");
            }
            peaks = Json.read(Files.readString(file.get()), MachinePeaks.SCHEMA, MachinePeaks.class,
                    Map.of("clock", Clock.NOT_NOTED));
        } catch (Json.DamagedException e) {
            throw new UnusableException(file.get() + " is damaged: " + e.getMessage());
        } catch (IOException e) {
            throw new UnusableException(file.get() + " cannot be read: " + Failures.message(e));
        } catch (IllegalArgumentException e) {
            throw new UnusableException(file.get() + " cannot be used: " + e.getMessage());
        }
        Optional<String> other = peaks.machine().differs(here);
        if (other.isPresent()) {
            throw new UnusableException(file.get() + " is of " + other.get());
        }
        return peaks;
    }

    /**
     * Makes its folder, so that nobody measures what cannot be kept.
     *
     * @throws IOException when it could not be written there
     */
    void prepare() throws IOException {
        CacheFolder.prepare(CacheFolder.require(file));
    }

    /**
     * Writes it.
     *
     * @return where
     * @throws IOException when it cannot be written
     */
    Path write(MachinePeaks peaks) throws IOException {
        Path path = CacheFolder.require(file);
        CacheFolder.write(path, json(peaks) + "\n");
        return path;
    }

    /** Peaks as JSON. */
    static String json(MachinePeaks peaks) {
        return Json.write(peaks);
    }
}
