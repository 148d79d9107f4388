package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.AttentionPart;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A tile of queries in a worker's scratch memory:
 *
 * <pre>
 * scores [32][32] | max sum total-max total-sum last merged slope [32] each | scales of Q8_0 that are being decoded [32]
 * | queries [8 groups][headSize][4] | part [32][headSize] | total [32][headSize] | decoded keys, values [2][32 headSize]
 * </pre>
 *
 * <p>(max, sum, part) are of the segment at hand, (total-max, total-sum, total) of the segments before it.
 */
final class Tile {
    /** Queries of a tile: enough to use a decoded KV block several times, few enough for the nearest cache. */
    static final int QUERIES = 32;
    /** Queries that a tile method takes at once: 4 × 2 accumulators, 2 loads and a broadcast fit 16 registers. */
    static final int STEP = 4;

    static final long SCORES = 0;
    static final long MAX = 4L * QUERIES * KvLayout.BLOCK;
    static final long SUM = MAX + 4L * QUERIES;
    static final long TOTAL_MAX = SUM + 4L * QUERIES;
    static final long TOTAL_SUM = TOTAL_MAX + 4L * QUERIES;
    static final long LAST = TOTAL_SUM + 4L * QUERIES;
    static final long MERGED = LAST + 4L * QUERIES;
    static final long SLOPE = MERGED + 4L * QUERIES;
    static final long SCALES = SLOPE + 4L * QUERIES;
    private static final long HEADS = SCALES + 4L * KvLayout.BLOCK;

    private Tile() {}

    /** Bytes of scratch memory for a head size and a cache format. */
    static long bytes(int size, DType cache) {
        return wide(size) + (cache != DType.F32 ? 8L * KvLayout.BLOCK * size : 0);
    }

    /** Queries of the step that query {@code i} is in: {@code [headSize][4]}. */
    static long queries(int size, int i) {
        return HEADS + 4L * (i / STEP) * STEP * size;
    }

    /** Sum of the segment at hand. */
    static long part(int size, int i) {
        return HEADS + 4L * (QUERIES + i) * size;
    }

    private static long total(int size, int i) {
        return HEADS + 4L * (2 * QUERIES + i) * size;
    }

    /** Decoded keys and values. */
    static long wide(int size) {
        return (HEADS + 4L * 3 * QUERIES * size + 63) / 64 * 64;
    }

    static void loadQuery(MemorySegment scratch, int size, int i, MemorySegment q, long from) {
        long to = queries(size, i) + 4L * (i % STEP);
        for (int d = 0; d < size; d++) {
            scratch.set(Lanes.FLOAT, to + 4L * STEP * d, q.get(Lanes.FLOAT, from + 4L * d));
        }
    }

    /** Begins a segment. */
    static void begin(MemorySegment scratch, int size, int i) {
        scratch.set(Lanes.FLOAT, MAX + 4L * i, Float.NEGATIVE_INFINITY);
        scratch.set(Lanes.FLOAT, SUM + 4L * i, 0f);
        long part = part(size, i);
        for (int d = 0; d < size; d++) {
            scratch.set(Lanes.FLOAT, part + 4L * d, 0f);
        }
    }

    /** Multiplies {@code n} elements by a factor. */
    static void scale(MemorySegment scratch, long at, int n, float factor) {
        int whole = n - n % Lanes.COUNT;
        for (int d = 0; d < whole; d += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.F32, scratch, at + 4L * d, Lanes.LE)
                    .mul(factor)
                    .intoMemorySegment(scratch, at + 4L * d, Lanes.LE);
        }
        for (int d = whole; d < n; d++) {
            scratch.set(Lanes.FLOAT, at + 4L * d, scratch.get(Lanes.FLOAT, at + 4L * d) * factor);
        }
    }

    /** Ends a segment: merges its sums into the query's totals, unless it saw nothing, and begins the next. */
    static void merge(MemorySegment scratch, int size, int i) {
        float max = scratch.get(Lanes.FLOAT, MAX + 4L * i);
        float sum = scratch.get(Lanes.FLOAT, SUM + 4L * i);
        // A segment that was seen has a sum of at least exp(0), or of NaN.
        if (sum == 0f) {
            return;
        }
        long part = part(size, i);
        long total = total(size, i);
        if (scratch.get(Lanes.INT, MERGED + 4L * i) == 0) {
            scratch.set(Lanes.INT, MERGED + 4L * i, 1);
            scratch.set(Lanes.FLOAT, TOTAL_MAX + 4L * i, max);
            scratch.set(Lanes.FLOAT, TOTAL_SUM + 4L * i, sum);
            MemorySegment.copy(scratch, part, scratch, total, 4L * size);
        } else {
            float before = scratch.get(Lanes.FLOAT, TOTAL_MAX + 4L * i);
            float newMax = max > before ? max : before;
            float a = FloatMath.exp(before - newMax);
            float b = FloatMath.exp(max - newMax);
            scratch.set(Lanes.FLOAT, TOTAL_MAX + 4L * i, newMax);
            scratch.set(Lanes.FLOAT, TOTAL_SUM + 4L * i,
                    Math.fma(sum, b, scratch.get(Lanes.FLOAT, TOTAL_SUM + 4L * i) * a));
            for (int d = 0; d < size; d++) {
                scratch.set(Lanes.FLOAT, total + 4L * d, Math.fma(scratch.get(Lanes.FLOAT, part + 4L * d), b,
                        scratch.get(Lanes.FLOAT, total + 4L * d) * a));
            }
        }
        begin(scratch, size, i);
    }

    /** Adds a sink to a query's totals, as {@link AttentionPart#sink} does. */
    static void sink(MemorySegment scratch, int size, int i, float sink) {
        float before = scratch.get(Lanes.FLOAT, TOTAL_MAX + 4L * i);
        float newMax = sink > before ? sink : before;
        float a = FloatMath.exp(before - newMax);
        long sum = TOTAL_SUM + 4L * i;
        scratch.set(Lanes.FLOAT, sum, scratch.get(Lanes.FLOAT, sum) * a + FloatMath.exp(sink - newMax));
        scale(scratch, total(size, i), size, a);
    }

    /** Writes the sums of the segment at hand. */
    static void storePart(MemorySegment scratch, int size, int i, MemorySegment parts, long to) {
        parts.set(Lanes.FLOAT, to + AttentionPart.MAX, scratch.get(Lanes.FLOAT, MAX + 4L * i));
        parts.set(Lanes.FLOAT, to + AttentionPart.SUM, scratch.get(Lanes.FLOAT, SUM + 4L * i));
        MemorySegment.copy(scratch, part(size, i), parts, to + AttentionPart.VALUES, 4L * size);
    }

    /** Writes a query's result. */
    static void store(MemorySegment scratch, int size, int i, MemorySegment y, long to) {
        float sum = scratch.get(Lanes.FLOAT, TOTAL_SUM + 4L * i);
        long total = total(size, i);
        for (int d = 0; d < size; d++) {
            y.set(Lanes.FLOAT, to + 4L * d, scratch.get(Lanes.FLOAT, total + 4L * d) / sum);
        }
    }
}
