package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Writes a row's keys and values to its position of the cache; F16 is rounded to nearest, ties to even.
 *
 * @param cache the pool
 * @param layer the layer whose keys and values these are
 */
public record CacheWriter(Operand.Cache cache, int layer) {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT;

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
        MemorySegment pool = cache.segment();
        int position = batch.position(row);
        int block = batch.block(batch.sequence(row), position / KvLayout.BLOCK);
        int slot = position % KvLayout.BLOCK;
        int size = layout.headSize();
        for (int h = 0; h < layout.kvHeads(); h++) {
            long keys = layout.keyOffset(layer, block, h);
            long values = layout.valueOffset(layer, block, h);
            long fromK = k.rowOffset(row) + 4L * h * size;
            long fromV = v.rowOffset(row) + 4L * h * size;
            if (layout.type() == DType.F32) {
                for (int d = 0; d < size; d++) {
                    pool.set(F32, keys + 4L * (d * KvLayout.BLOCK + slot), k.segment().get(F32, fromK + 4L * d));
                    pool.set(F32, values + 4L * (slot * size + d), v.segment().get(F32, fromV + 4L * d));
                }
            } else {
                for (int d = 0; d < size; d++) {
                    pool.set(F16, keys + 2L * (d * KvLayout.BLOCK + slot),
                            Float.floatToFloat16(k.segment().get(F32, fromK + 4L * d)));
                    pool.set(F16, values + 2L * (slot * size + d),
                            Float.floatToFloat16(v.segment().get(F32, fromV + 4L * d)));
                }
            }
        }
    }
}
