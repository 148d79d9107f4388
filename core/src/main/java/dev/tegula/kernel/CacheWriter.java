package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Q80;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes a row's keys and values to its position of the cache: F16 and BF16 rounded to nearest, ties to even, Q8_0 by 32
 * elements of a head as {@link Q80} has it.
 *
 * @param cache the pool
 * @param layer the layer whose keys and values these are
 */
public record CacheWriter(Operand.Cache cache, int layer) {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT;
    private static final int BLOCK = KvLayout.BLOCK;

    /**
     * Writes one row.
     *
     * @param batch says where the row's position lies
     * @param row index of the row in the batch
     * @param k keys, T × kvHeads·headSize F32
     * @param v values, the same
     */
    public void write(Batch batch, int row, TensorView k, TensorView v) {
        KvLayout layout = cache.layout();
        int position = batch.position(row);
        int block = batch.block(batch.sequence(row), position / BLOCK);
        int slot = position % BLOCK;
        int size = layout.headSize();
        for (int h = 0; h < layout.kvHeads(); h++) {
            write(k.segment(), k.rowOffset(row) + 4L * h * size, layout.keyOffset(layer, block, h), slot, slot, BLOCK);
            write(v.segment(), v.rowOffset(row) + 4L * h * size, layout.valueOffset(layer, block, h), slot,
                    slot * size, 1);
        }
    }

    /**
     * Writes a head's elements, the first as element {@code first} of the head's memory at {@code head}, the others
     * {@code step} elements apart.
     */
    private void write(MemorySegment x, long from, long head, int slot, int first, int step) {
        MemorySegment pool = cache.segment();
        int size = cache.layout().headSize();
        switch (cache.layout().type()) {
            case F32 -> {
                for (int d = 0; d < size; d++) {
                    pool.set(F32, head + 4L * (first + d * step), x.get(F32, from + 4L * d));
                }
            }
            case F16 -> {
                for (int d = 0; d < size; d++) {
                    pool.set(I16, head + 2L * (first + d * step), Float.floatToFloat16(x.get(F32, from + 4L * d)));
                }
            }
            case BF16 -> {
                for (int d = 0; d < size; d++) {
                    pool.set(I16, head + 2L * (first + d * step), Bf16.ofF32(x.get(F32, from + 4L * d)));
                }
            }
            default -> {
                long codes = head + cache.layout().scaleBytes() + first;
                for (int d = 0; d < size; d += Q80.LENGTH) {
                    short scale = Q80.scale(x, from + 4L * d);
                    double inverse = Q80.inverse(scale);
                    pool.set(I16, head + KvLayout.scaleOffset(d, slot), scale);
                    for (int i = d; i < d + Q80.LENGTH; i++) {
                        pool.set(ValueLayout.JAVA_BYTE, codes + (long) i * step,
                                (byte) Q80.code(x.get(F32, from + 4L * i), inverse));
                    }
                }
            }
        }
    }
}
