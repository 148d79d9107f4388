package dev.tegula.kv;

import dev.tegula.tensor.DType;
import java.util.List;

/**
 * Where keys and values lie in a pool of KV blocks.
 *
 * <p>A KV block holds {@link #BLOCK} consecutive positions of one sequence for all layers. Per layer and KV head it has
 * the keys transposed, {@code [headSize][BLOCK]}, so that a score's vector runs over positions, and the values as
 * {@code [BLOCK][headSize]}, so that the weighted sum's vector runs over the head:
 *
 * <pre>
 * pool   = layer 0 | layer 1 | …            a layer's part has all blocks
 * layer  = block 0 | block 1 | …
 * block  = head 0: K K … V V … | head 1: …
 * </pre>
 *
 * <p>In Q8_0 a block of the format is 32 consecutive elements of one position's head. Keys and values each have the scales
 * first, so that those of a vector of positions, or of a run of them, lie side by side:
 *
 * <pre>
 * K = scales F16 [headSize / 32][BLOCK] | codes int8 [headSize][BLOCK]
 * V = scales F16 [headSize / 32][BLOCK] | codes int8 [BLOCK][headSize]
 * </pre>
 *
 * @param type element format, one of {@link #TYPES}
 * @param layers layers of the model
 * @param kvHeads KV heads per layer
 * @param headSize elements per head
 * @param blocks KV blocks in the pool
 */
public record KvLayout(DType type, int layers, int kvHeads, int headSize, int blocks) {
    /** Positions per KV block. */
    public static final int BLOCK = 32;
    /**
     * Positions per segment of the context. Attention sums each segment from fresh and merges the segments in order, so
     * that its result does not depend on who computes which; a multiple of {@link #BLOCK}.
     */
    public static final int SEGMENT = 512;

    /** Element formats. */
    public static final List<DType> TYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0);

    /** Refuses other formats, head sizes that are no whole number of the format's blocks, and counts below 1. */
    public KvLayout {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("KV cache of " + type + ": one of " + TYPES);
        }
        if (headSize % type.blockLength() != 0) {
            throw new IllegalArgumentException("KV cache of " + type + ", heads of " + headSize
                    + " elements: must be a multiple of " + type.blockLength());
        }
        if (layers < 1 || kvHeads < 1 || headSize < 1 || blocks < 1) {
            throw new IllegalArgumentException("KV cache of " + layers + " layers, " + kvHeads + " heads of " + headSize
                    + ", " + blocks + " blocks: each at least 1");
        }
    }

    /** The same for so many layers. */
    public KvLayout withLayers(int count) {
        return new KvLayout(type, count, kvHeads, headSize, blocks);
    }

    /** Bytes of one head's keys (or values) in one block. */
    public long headBytes() {
        return type.bytes((long) BLOCK * headSize);
    }

    /** Bytes of the scales before one head's codes, keys or values, in one block of Q8_0. */
    public long scaleBytes() {
        return 2L * headSize;
    }

    /** Byte offset of the scale of an element in a head's keys, or values, in one block of Q8_0. */
    public static long scaleOffset(int element, int slot) {
        return 2L * (element / DType.Q8_0.blockLength() * BLOCK + slot);
    }

    /** Bytes of one layer's part of one block. */
    public long blockBytes() {
        return 2 * kvHeads * headBytes();
    }

    /** Bytes of the whole pool. */
    public long bytes() {
        return Math.multiplyExact(Math.multiplyExact(blockBytes(), layers), (long) blocks);
    }

    /** Byte offset of one head's transposed keys in one block. */
    public long keyOffset(int layer, int block, int head) {
        return ((long) layer * blocks + block) * blockBytes() + head * 2L * headBytes();
    }

    /** Byte offset of one head's values in one block. */
    public long valueOffset(int layer, int block, int head) {
        return keyOffset(layer, block, head) + headBytes();
    }
}
