package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.graph.Value;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tile.Packing;
import dev.tegula.tile.Packings;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Weights of random bytes in several formats and layouts, whose source counts what is read of them. */
final class PackedFixture implements WeightSource, AutoCloseable {
    final List<Plan.Weight> weights = new ArrayList<>();
    final Map<String, String> identity = new LinkedHashMap<>(Map.of("length", "1", "header hash", "ab"));
    /** What asking for the identity ends with, or null. */
    IOException fault;
    final AtomicLong bytesRead = new AtomicLong();
    final Workers workers = new Workers(2);

    PackedFixture() {
        add("norm", DType.F32, 1, 33, Packing.STORED);
        // Rows that fill no group, columns that fill no unit, and several runs of groups.
        add("q4_0", DType.Q4_0, 37, 96, Packings.of(DType.Q4_0));
        add("q4_0", DType.Q4_0, 37, 96, Packing.STORED);
        add("q4_k", DType.Q4_K, 16, 256, Packings.of(DType.Q4_K));
        add("f16", DType.F16, 3, 7, Packings.of(DType.F16));
        add("q8_0", DType.Q8_0, 1000, 512, Packings.of(DType.Q8_0));
    }

    void add(String name, DType type, long rows, int cols, Packing packing) {
        int id = weights.stream()
                .filter(weight -> weight.value().name().equals(name))
                .mapToInt(weight -> weight.value().id())
                .findFirst()
                .orElse(weights.size());
        weights.add(new Plan.Weight(new Value(id, name, Value.Kind.WEIGHT, type, Dim.of(rows), cols), packing));
    }

    @Override
    public void read(Value weight, long byteOffset, MemorySegment dst, long dstOffset, long bytes) {
        bytesRead.addAndGet(bytes);
        byte[] content = new byte[Math.toIntExact(weight.type().bytes(weight.cols()) * weight.rows().size())];
        new Random(weight.id()).nextBytes(content);
        MemorySegment.copy(content, (int) byteOffset, dst, ValueLayout.JAVA_BYTE, dstOffset, (int) bytes);
    }

    @Override
    public Map<String, String> identity() throws IOException {
        if (fault != null) {
            throw fault;
        }
        return identity;
    }

    /** What the cache's key is then. */
    Map<String, String> key() {
        return new LinkedHashMap<>(identity);
    }

    PackedWeights packed(Storage storage) {
        return new PackedWeights(weights, this, workers, Loading.SILENT, storage);
    }

    PackedWriter writer(PackedWriter.Opener opener) {
        return new PackedWriter(this, new WeightLoader(this, workers, Loading.SILENT, 1), workers, opener);
    }

    /** All weights' bytes, packed in memory. */
    List<byte[]> expected() {
        try (Storage storage = new Storage("expected")) {
            WeightLoader loader = packed(storage).loader();
            return bytes(weights.stream().map(w -> loader.load(w, storage.allocate(w.bytes()))).toList());
        }
    }

    /**
     * Opens through a cache, and compares every bit.
     *
     * @param mapped whether the cache was of use in the end
     * @return bytes read from the source
     */
    long open(WeightCache cache, boolean mapped) {
        List<byte[]> expected = expected();
        bytesRead.set(0);
        try (Storage storage = new Storage("cached")) {
            Optional<List<MemorySegment>> segments = packed(storage).open(cache, "model");
            assertEquals(mapped, segments.isPresent());
            long read = bytesRead.get();
            segments.ifPresent(found -> assertSame(expected, bytes(found)));
            return read;
        }
    }

    static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    static List<byte[]> bytes(List<MemorySegment> segments) {
        return segments.stream().map(segment -> segment.toArray(ValueLayout.JAVA_BYTE)).toList();
    }

    @Override
    public void close() {
        workers.close();
    }
}
