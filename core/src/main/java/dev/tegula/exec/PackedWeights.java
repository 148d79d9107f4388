package dev.tegula.exec;

import dev.tegula.tensor.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings weights into the layouts that kernels want: in memory, or mapped from a cache file that is made if need be. */
final class PackedWeights {
    private final List<Plan.Weight> weights;
    private final WeightSource source;
    private final Workers workers;
    private final Loading loading;
    private final Storage storage;
    private final long bytes;

    /**
     * Nothing is read or allocated yet.
     *
     * @param weights the weights, each layout once
     * @param source their bytes
     * @param workers who pack
     * @param loading told of the progress
     * @param storage owns the memory
     */
    PackedWeights(List<Plan.Weight> weights, WeightSource source, Workers workers, Loading loading, Storage storage) {
        this.weights = weights;
        this.source = source;
        this.workers = workers;
        this.loading = loading;
        this.storage = storage;
        this.bytes = weights.stream().mapToLong(Plan.Weight::bytes).sum();
    }

    /** Packs them one by one, in memory or to a device. */
    WeightLoader loader() {
        return new WeightLoader(source, workers, loading, bytes);
    }

    /**
     * Maps them from a cache file, which is written first if it is not there or of no use.
     *
     * @param model the model's name, for messages
     * @return their memory, in their order; empty, after a warning, when there is no such file and it cannot be written
     * @throws IllegalArgumentException when the source has no identity
     */
    Optional<List<MemorySegment>> open(WeightCache cache, String model) {
        Path path = cache.file();
        try {
            Map<String, String> key = modelKey();
            if (key.isEmpty()) {
                throw new IllegalArgumentException(
                        model + ": a weight cache (" + path + ") is for models in files; this one is in memory");
            }
            if (Files.isSymbolicLink(path) && Files.notExists(path)) {
                throw new UnusableCacheException("is a symbolic link to " + Files.readSymbolicLink(path)
                        + ", which does not exist");
            }
            // A link stays one: the file behind it is replaced.
            path = Files.exists(path) ? path.toRealPath() : path;
            List<MemorySegment> mapped = openOrWrite(path, key, cache.verify());
            loading.progress(bytes, bytes);
            return Optional.of(mapped);
        } catch (IOException e) {
            log(Level.WARNING, "{0}: weights are packed in memory, since the weight cache {1} {2}", model, path,
                    reason(e));
            return Optional.empty();
        }
    }

    /** What a cache must have been made from; empty when the source cannot tell. */
    static Map<String, String> key(WeightSource source) throws IOException {
        Map<String, String> key = new LinkedHashMap<>(source.identity());
        if (!key.isEmpty()) {
            key.put("processor", System.getProperty("os.arch") + " " + ByteOrder.nativeOrder());
        }
        return key;
    }

    /** Of an exception on the way says that it is the model's file that has it, not the cache. */
    private Map<String, String> modelKey() throws IOException {
        try {
            return key(source);
        } catch (IOException e) {
            throw new UnusableCacheException("cannot be compared with the model file: " + e);
        }
    }

    private List<MemorySegment> openOrWrite(Path path, Map<String, String> key, boolean verify) throws IOException {
        String reason;
        try {
            return map(path, key, verify);
        } catch (UnusableCacheException e) {
            if (e.isForeign()) {
                throw e;
            }
            reason = e.getMessage();
        } catch (NoSuchFileException e) {
            reason = reason(e);
        }
        log(Level.INFO, "the weight cache {0} {1}; it is being written", path, reason);
        try {
            new PackedWriter(source, loader(), workers, file -> new RandomAccessFile(file.toFile(), "rw"))
                    .write(path, key, weights);
        } catch (IOException e) {
            throw new UnusableCacheException("cannot be written: " + e);
        }
        // What was written has been verified; another process may have replaced it, but not have damaged it.
        return map(path, key, false);
    }

    /** An interrupt closes the channel that maps, so it has to wait. */
    private List<MemorySegment> map(Path path, Map<String, String> key, boolean verify) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return PackedFile.open(path, key, weights, verify ? Optional.of(workers) : Optional.empty(),
                            storage);
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                    Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** In words that follow the file's name. */
    private static String reason(IOException e) {
        return switch (e) {
            case UnusableCacheException unusable -> unusable.getMessage();
            case NoSuchFileException missing -> "does not exist";
            default -> "cannot be used: " + e;
        };
    }

    private static void log(Level level, String message, Object... values) {
        System.getLogger("dev.tegula.exec").log(level, message, values);
    }
}
