package dev.tegula.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Turning heads, writing the KV cache and attention over it. A block of the cache has, head by head, keys
 * {@code [size][32]} and values {@code [32][size]}. F16 and BF16 are looked up in a table and made by arithmetic: kernels have
 * no F16 and no bits of a number.
 */
final class CacheKernels {
    /** Positions of a block of the cache, and work-items of a group of attention. */
    static final int BLOCK = 32;

    private CacheKernels() {}

    /** An item per pair of a row's heads that is turned, and per element that is not. */
    static void turn(KernelContext c, IntArray batch, FloatArray x, FloatArray table, FloatArray y, int cols, int size,
            int dims, int halves) {
        int row = c.globalIdy;
        int pairs = dims / 2;
        int units = size - pairs;
        int i = c.globalIdx;
        if (i < cols / size * units) {
            int at = row * cols + i / units * size;
            int unit = i % units;
            if (unit >= pairs) {
                y.set(at + unit + pairs, x.get(at + unit + pairs));
            } else {
                int angles = batch.get(BatchArray.ROWS + 4 * row + 1) * dims;
                float cos = table.get(angles + unit);
                float sin = table.get(angles + pairs + unit);
                int first = halves != 0 ? at + unit : at + 2 * unit;
                int second = halves != 0 ? first + pairs : first + 1;
                float x0 = x.get(first);
                float x1 = x.get(second);
                y.set(first, x0 * cos - x1 * sin);
                y.set(second, x0 * sin + x1 * cos);
            }
        }
    }

    /**
     * An item per element of a row's keys and values. It reads the cache for its name only: TornadoVM uploads nothing that
     * is only written, and what others have written must stay.
     */
    static void writeFloats(KernelContext c, IntArray batch, FloatArray k, FloatArray v, FloatArray cache, int kvHeads,
            int size) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < kvHeads * size) {
            int position = batch.get(BatchArray.ROWS + 4 * row + 1);
            int keys = keys(batch, row, position, i / size, kvHeads, size);
            int d = i % size;
            int key = keys + d * BLOCK + position % BLOCK;
            cache.set(key, position >= 0 ? k.get(row * kvHeads * size + i) : cache.get(key));
            cache.set(keys + BLOCK * size + position % BLOCK * size + d, v.get(row * kvHeads * size + i));
        }
    }

    /** The same with numbers rounded to F16, or to BF16. */
    static void writeShorts(KernelContext c, IntArray batch, FloatArray k, FloatArray v, ShortArray cache, int kvHeads,
            int size, int bf16) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < kvHeads * size) {
            int position = batch.get(BatchArray.ROWS + 4 * row + 1);
            int keys = keys(batch, row, position, i / size, kvHeads, size);
            int d = i % size;
            int key = keys + d * BLOCK + position % BLOCK;
            int bits = shortBits(k.get(row * kvHeads * size + i), bf16);
            cache.set(key, (short) (position >= 0 ? bits : cache.get(key)));
            cache.set(keys + BLOCK * size + position % BLOCK * size + d,
                    (short) shortBits(v.get(row * kvHeads * size + i), bf16));
        }
    }

    /** A group per row and query head; an item has a position of each block, then every 32nd element of the sum. */
    static void attentionFloats(KernelContext c, IntArray batch, FloatArray q, FloatArray cache, FloatArray y,
            int heads, int kvHeads, int size, float scale, int window, float softCap) {
        int item = c.localIdx;
        int head = c.groupIdx;
        int row = c.globalIdy;
        float[] scores = c.allocateFloatLocalArray(BLOCK);
        float[] weights = c.allocateFloatLocalArray(BLOCK);
        float[] sums = c.allocateFloatLocalArray(size);
        int position = batch.get(BatchArray.ROWS + 4 * row + 1);
        int first = window == 0 ? 0 : TornadoMath.max(0, position - window + 1);
        int query = (row * heads + head) * size;
        for (int d = item; d < size; d += BLOCK) {
            sums[d] = 0f;
        }
        float most = -3.4028235e38f;
        float total = 0f;
        for (int block = first / BLOCK; block <= position / BLOCK; block++) {
            int keys = keys(batch, row, block * BLOCK, head / (heads / kvHeads), kvHeads, size);
            float score = 0f;
            for (int d = 0; d < size; d++) {
                score += q.get(query + d) * cache.get(keys + d * BLOCK + item);
            }
            int at = block * BLOCK + item;
            scores[item] = at >= first && at <= position ? capped(score * scale, softCap) : -3.4028235e38f;
            c.localBarrier();
            float larger = most;
            for (int i = 0; i < BLOCK; i++) {
                larger = TornadoMath.max(larger, scores[i]);
            }
            weights[item] = TornadoMath.exp(scores[item] - larger);
            c.localBarrier();
            int from = TornadoMath.max(0, first - block * BLOCK);
            int to = TornadoMath.min(BLOCK, position + 1 - block * BLOCK);
            float factor = TornadoMath.exp(most - larger);
            total *= factor;
            for (int i = from; i < to; i++) {
                total += weights[i];
            }
            for (int d = item; d < size; d += BLOCK) {
                float sum = sums[d] * factor;
                for (int i = from; i < to; i++) {
                    sum += weights[i] * cache.get(keys + BLOCK * size + i * size + d);
                }
                sums[d] = sum;
            }
            most = larger;
        }
        for (int d = item; d < size; d += BLOCK) {
            y.set(query + d, sums[d] / total);
        }
    }

    /** The same over a cache of 16 bits, written out: an array of the group's local memory cannot be handed to a helper. */
    static void attentionShorts(KernelContext c, IntArray batch, FloatArray q, ShortArray cache, FloatArray table,
            FloatArray y, int heads, int kvHeads, int size, float scale, int window, float softCap) {
        int item = c.localIdx;
        int head = c.groupIdx;
        int row = c.globalIdy;
        float[] scores = c.allocateFloatLocalArray(BLOCK);
        float[] weights = c.allocateFloatLocalArray(BLOCK);
        float[] sums = c.allocateFloatLocalArray(size);
        int position = batch.get(BatchArray.ROWS + 4 * row + 1);
        int first = window == 0 ? 0 : TornadoMath.max(0, position - window + 1);
        int query = (row * heads + head) * size;
        for (int d = item; d < size; d += BLOCK) {
            sums[d] = 0f;
        }
        float most = -3.4028235e38f;
        float total = 0f;
        for (int block = first / BLOCK; block <= position / BLOCK; block++) {
            int keys = keys(batch, row, block * BLOCK, head / (heads / kvHeads), kvHeads, size);
            float score = 0f;
            for (int d = 0; d < size; d++) {
                score += q.get(query + d) * table.get(cache.get(keys + d * BLOCK + item) & 0xFFFF);
            }
            int at = block * BLOCK + item;
            scores[item] = at >= first && at <= position ? capped(score * scale, softCap) : -3.4028235e38f;
            c.localBarrier();
            float larger = most;
            for (int i = 0; i < BLOCK; i++) {
                larger = TornadoMath.max(larger, scores[i]);
            }
            weights[item] = TornadoMath.exp(scores[item] - larger);
            c.localBarrier();
            int from = TornadoMath.max(0, first - block * BLOCK);
            int to = TornadoMath.min(BLOCK, position + 1 - block * BLOCK);
            float factor = TornadoMath.exp(most - larger);
            total *= factor;
            for (int i = from; i < to; i++) {
                total += weights[i];
            }
            for (int d = item; d < size; d += BLOCK) {
                float sum = sums[d] * factor;
                for (int i = from; i < to; i++) {
                    sum += weights[i]
                            * table.get(cache.get(keys + BLOCK * size + i * size + d) & 0xFFFF);
                }
                sums[d] = sum;
            }
            most = larger;
        }
        for (int d = item; d < size; d += BLOCK) {
            y.set(query + d, sums[d] / total);
        }
    }

    private static float capped(float score, float softCap) {
        return softCap == 0f ? score : TornadoMath.tanh(score / softCap) * softCap;
    }

    /** Where a head's keys lie in the block of the cache that has a position of a row's sequence. */
    private static int keys(IntArray batch, int row, int position, int head, int kvHeads, int size) {
        int sequence = batch.get(BatchArray.ROWS + 4 * row + 2);
        int block = batch
                .get(batch.get(BatchArray.TABLES) + sequence * batch.get(BatchArray.BLOCKS) + position / BLOCK);
        return (block * kvHeads + head) * 2 * BLOCK * size;
    }

    /**
     * The bits of the F16 or BF16 nearest to a number, ties to even. TornadoVM 5.2 gets conditions of two parts wrong, so none
     * has them, and conditions on NaN but the one for it, so what those decide of NaN is replaced at the end.
     */
    private static int shortBits(float v, int bf16) {
        int sign = v < 0f ? 0x8000 : 0;
        // Of the zeros, the negative one.
        int signOfZero = 1f / v < 0f ? 0x8000 : 0;
        float a = TornadoMath.abs(v);
        int bits = bf16 != 0 ? brainBits(a) : halfBits(a);
        if (v != v) {
            bits = bf16 != 0 ? 0x7FC0 : 0x7E00;
        }
        return sign | signOfZero | bits;
    }

    private static int halfBits(float a) {
        int bits = 0x7C00;
        if (a < 65520f) {
            if (a < 0x1p-14f) {
                bits = nearest(a * 0x1p24f);
            } else {
                bits = normalBits(a);
            }
        }
        return bits;
    }

    /** Numbers next to the largest become infinite by themselves: what is rounded up runs over into the exponent. */
    private static int brainBits(float a) {
        int bits = 0x7F80;
        if (a <= 3.4028235e38f) {
            if (a < 0x1p-126f) {
                bits = nearest(a * 0x1p100f * 0x1p33f);
            } else {
                bits = normalBrainBits(a);
            }
        }
        return bits;
    }

    private static int normalBrainBits(float a) {
        float s = a;
        int e = 127;
        if (s >= 0x1p64f) {
            s *= 0x1p-64f;
            e += 64;
        }
        if (s >= 0x1p32f) {
            s *= 0x1p-32f;
            e += 32;
        }
        if (s >= 0x1p16f) {
            s *= 0x1p-16f;
            e += 16;
        }
        if (s >= 0x1p8f) {
            s *= 0x1p-8f;
            e += 8;
        }
        if (s >= 0x1p4f) {
            s *= 0x1p-4f;
            e += 4;
        }
        if (s >= 0x1p2f) {
            s *= 0x1p-2f;
            e += 2;
        }
        if (s >= 0x1p1f) {
            s *= 0x1p-1f;
            e += 1;
        }
        return smallBrainBits(s, e);
    }

    /** Of s below 2, times 2^(e − 127): doubled until it is 1 at least. */
    private static int smallBrainBits(float small, int exponent) {
        float s = small;
        int e = exponent;
        if (s < 0x1p-63f) {
            s *= 0x1p64f;
            e -= 64;
        }
        if (s < 0x1p-31f) {
            s *= 0x1p32f;
            e -= 32;
        }
        if (s < 0x1p-15f) {
            s *= 0x1p16f;
            e -= 16;
        }
        if (s < 0x1p-7f) {
            s *= 0x1p8f;
            e -= 8;
        }
        if (s < 0x1p-3f) {
            s *= 0x1p4f;
            e -= 4;
        }
        if (s < 0x1p-1f) {
            s *= 0x1p2f;
            e -= 2;
        }
        if (s < 1f) {
            s *= 0x1p1f;
            e -= 1;
        }
        return (e << 7) - 128 + nearest(s * 128f);
    }

    private static int normalBits(float a) {
        // 1 ≤ s < 2³⁰, then halved until below 2.
        float s = a * 0x1p14f;
        int e = 1;
        if (s >= 65536f) {
            s *= 0x1p-16f;
            e += 16;
        }
        if (s >= 256f) {
            s *= 0x1p-8f;
            e += 8;
        }
        if (s >= 16f) {
            s *= 0x1p-4f;
            e += 4;
        }
        if (s >= 4f) {
            s *= 0x1p-2f;
            e += 2;
        }
        if (s >= 2f) {
            s *= 0.5f;
            e += 1;
        }
        return (e << 10) - 1024 + nearest(s * 1024f);
    }

    /** A number below 2048 to an integer, ties to even. */
    private static int nearest(float v) {
        int whole = (int) v;
        float rest = v - whole;
        int up = rest > 0.5f ? 1 : 0;
        int even = rest == 0.5f ? whole & 1 : 0;
        return whole + (up | even);
    }
}
