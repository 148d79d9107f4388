package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.codec.Q80;
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
                codes(from, BLOCK, 1, dst, to);
                codes(from + layout.headBytes(), 1, layout.headSize(), dst, to + 4L * BLOCK * layout.headSize());
            }
        }
    }

    /** Keys or values in Q8_0: element d of position i is the {@code d * byElement + i * byPosition}-th of the head's. */
    private void codes(long head, int byElement, int byPosition, MemorySegment dst, long to) {
        MemorySegment pool = cache.segment();
        int size = cache.layout().headSize();
        long codes = head + cache.layout().scaleBytes();
        for (int group = 0; group < size; group += Q80.LENGTH) {
            for (int i = 0; i < BLOCK; i++) {
                float scale = Float.float16ToFloat(pool.get(I16, head + KvLayout.scaleOffset(group, i)));
                for (int d = group; d < group + Q80.LENGTH; d++) {
                    long at = (long) d * byElement + (long) i * byPosition;
                    dst.set(F32, to + 4 * at, scale * pool.get(ValueLayout.JAVA_BYTE, codes + at));
                }
            }
        }
    }
}
