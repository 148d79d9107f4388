package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
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
    private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT;

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
        int count = 2 * KvLayout.BLOCK * layout.headSize();
        switch (layout.type()) {
            case F32 -> MemorySegment.copy(pool, from, dst, to, 4L * count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    dst.set(F32, to + 4L * i, Float.float16ToFloat(pool.get(F16, from + 2L * i)));
                }
            }
            default -> throw new IllegalStateException("KV cache of " + layout.type());
        }
    }
}
