package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Bf16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decodes keys and values of the cache to F32, exactly, in plain Java.
 *
 * @param cache the pool
 * @param layer the layer whose keys and values these are
 */
public record CacheReader(Operand.Cache cache, int layer) {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT;
    private static final int BLOCK = KvLayout.BLOCK;

    /**
     * Decodes one head of one KV block: its keys as {@code [headSize][32]}, then its values as {@code [32][headSize]}.
     * Positions that nobody has written give whatever their memory holds.
     *
     * @param block number of the block in the pool
     * @param head KV head
     * @param dst native memory
     * @param to where in it; keys and values take 64 · headSize F32
     */
    public void decode(int block, int head, MemorySegment dst, long to) {
        KvLayout layout = cache.layout();
        MemorySegment pool = cache.segment();
        // Values follow keys.
        long from = layout.keyOffset(layer, block, head);
        int count = 2 * BLOCK * layout.headSize();
        switch (layout.type()) {
            case F32 -> MemorySegment.copy(pool, from, dst, to, 4L * count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    dst.set(F32, to + 4L * i, Float.float16ToFloat(pool.get(I16, from + 2L * i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    dst.set(F32, to + 4L * i, Bf16.toF32(pool.get(I16, from + 2L * i)));
                }
            }
            default -> {
                int size = layout.headSize();
                for (int d = 0; d < size; d++) {
                    for (int i = 0; i < BLOCK; i++) {
                        long scale = KvLayout.scaleOffset(d, i);
                        int key = d * BLOCK + i;
                        dst.set(F32, to + 4L * key, coded(from, scale, key));
                        int value = i * size + d;
                        dst.set(F32, to + 4L * (BLOCK * size + value),
                                coded(from + layout.headBytes(), scale, value));
                    }
                }
            }
        }
    }

    /** Element {@code i} of a head in Q8_0, whose scale lies {@code scale} bytes after its begin. */
    private float coded(long head, long scale, int i) {
        byte code = cache.segment().get(ValueLayout.JAVA_BYTE, head + cache.layout().scaleBytes() + i);
        return Float.float16ToFloat(cache.segment().get(I16, head + scale)) * code;
    }
}
