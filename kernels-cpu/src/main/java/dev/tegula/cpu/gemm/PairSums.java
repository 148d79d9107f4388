package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The second step of a GEMV in int16: adds the two halves of the sums that the first step left at {@link Tile#SUMS}, two
 * vectors to a block or sub-block, and scales them.
 *
 * <p>A step of its own because the compiler gives up keeping slices and vectors in registers when one method has too many
 * vector operations.
 */
final class PairSums {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;

    private PairSums() {}

    /**
     * Blocks of 32 with a zero point of 8: {@code c = fma(isum - 8 * asum, dW * dA, c)} for each block in order, with dW in
     * {@link Panel#SCALES}.
     *
     * @param record the first block's {@link Rows} record of pairs
     * @param vectorAt 0 for the first vector of weight rows, {@link Lanes#BYTES} for the second
     */
    static void blocks32(MemorySegment scratch, long record, int blocks, long outAt, long vectorAt) {
        MemorySegment t = scratch.asSlice(Tile.SUMS + vectorAt, 7 * Panel.STEP + V);
        MemorySegment d = scratch.asSlice(Panel.SCALES + vectorAt, 7 * Panel.STEP + V);
        FloatVector c = FloatVector.fromMemorySegment(F, scratch, outAt + vectorAt, Lanes.LE);
        for (int b = 0; b < blocks; b++) {
            long block = record + b * (long) Rows.PAIR32_BYTES;
            int zero = scratch.get(Lanes.INT, block + Rows.PAIR32_SUM) << 3;
            float scale = scratch.get(Lanes.FLOAT, block + Rows.PAIR32_SCALE);
            IntVector n = IntVector.fromMemorySegment(I, t, b * Panel.STEP, Lanes.LE);
            n = n.lanewise(LSHL, 16).lanewise(ASHR, 16).add(n.lanewise(ASHR, 16)).sub(zero);
            c = ((FloatVector) n.convert(I2F, 0))
                    .fma(FloatVector.fromMemorySegment(F, d, b * Panel.STEP, Lanes.LE).mul(scale), c);
        }
        c.intoMemorySegment(scratch, outAt + vectorAt, Lanes.LE);
    }

    /**
     * Sub-blocks of a block of 256: the sum of scale * isum in int32, converted once, replaces the first sub-block's sum.
     *
     * @param scales offset in the packed weights of the signed bytes of scales, four to a lane
     * @param count sub-blocks, 8 or 16
     */
    static void scaled(MemorySegment w, long scales, int count, MemorySegment scratch, long vectorAt) {
        MemorySegment s = w.asSlice(scales, 3 * 64 + V);
        MemorySegment t = scratch.asSlice(Tile.SUMS + vectorAt, 15 * Panel.STEP + V);
        IntVector sum = IntVector.zero(I);
        for (int j = 0; j < count; j++) {
            IntVector n = IntVector.fromMemorySegment(I, t, j * Panel.STEP, Lanes.LE);
            IntVector scale = IntVector.fromMemorySegment(I, s, (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHL, 24 - ((j & 3) << 3))
                    .lanewise(ASHR, 24);
            sum = sum.add(n.lanewise(LSHL, 16).lanewise(ASHR, 16).add(n.lanewise(ASHR, 16)).mul(scale));
        }
        ((FloatVector) sum.convert(I2F, 0)).intoMemorySegment(t, 0, Lanes.LE);
    }

    /** The two halves of a ternary block of 256, less the zero point's part; converted once. */
    static void halves(int zero, MemorySegment scratch, long vectorAt) {
        MemorySegment t = scratch.asSlice(Tile.SUMS + vectorAt, Panel.STEP + V);
        IntVector sum = IntVector.broadcast(I, -zero);
        for (int h = 0; h < 2; h++) {
            IntVector n = IntVector.fromMemorySegment(I, t, h * Panel.STEP, Lanes.LE);
            sum = sum.add(n.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(n.lanewise(ASHR, 16));
        }
        ((FloatVector) sum.convert(I2F, 0)).intoMemorySegment(t, 0, Lanes.LE);
    }
}
