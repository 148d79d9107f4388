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
 * The second step of a GEMV in int16: adds the two halves of the sums that the first step left at {@link Memory#INT_SUMS}, two
 * vectors to a block or sub-block, and scales them.
 */
final class PairSums {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;

    private PairSums() {}

    /**
     * Blocks of 32 with a zero point of 8: {@code c = fma(isum - 8 * asum, dW * dA, c)} for each block in order, with dW in
     * {@link Memory#SCALES}.
     *
     * @param record the first block's {@link Rows} record of pairs
     * @param vector 0 or 1, of the two vectors of weight rows
     */
    static void blocks32(int[] n, int record, int blocks, float[] f, int outAt, int vector) {
        FloatVector c = FloatVector.fromArray(F, f, outAt + vector * V);
        for (int b = 0; b < blocks; b++) {
            int block = record + b * Rows.PAIRS32;
            int zero = n[block + Rows.PAIRS32_SUM] << 3;
            float scale = Float.intBitsToFloat(n[block + Rows.PAIRS32_SCALE]);
            IntVector sum = IntVector.fromArray(I, n, Memory.INT_SUMS + b * Tile.STEP + vector * V);
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16)).sub(zero);
            c = ((FloatVector) sum.convert(I2F, 0))
                    .fma(FloatVector.fromArray(F, f, Memory.SCALES + b * Tile.STEP + vector * V)
                            .mul(scale), c);
        }
        c.intoArray(f, outAt + vector * V);
    }

    /**
     * The 16 sub-blocks of a block of 256, each in two halves: the sum of scale * isum in int32, converted once, to
     * {@link Memory#SUMS}.
     *
     * @param scales offset in the packed weights of the signed bytes of scales, four to a lane
     * @param first the block's first sum in {@link Memory#INT_SUMS}
     */
    static void scaled(MemorySegment w, long scales, int first, int[] n, float[] f, int vector) {
        IntVector sum = IntVector.zero(I);
        for (int j = 0; j < 16; j += 4) {
            IntVector bytes = IntVector.fromMemorySegment(I, w, scales + j * 16L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                int t = Memory.INT_SUMS + (first + 2 * (j + i)) * Tile.STEP + vector * V;
                IntVector s = IntVector.fromArray(I, n, t)
                        .reinterpretAsShorts()
                        .add(IntVector.fromArray(I, n, t + Tile.STEP).reinterpretAsShorts())
                        .reinterpretAsInts();
                IntVector scale = bytes.lanewise(LSHL, 24 - 8 * i).lanewise(ASHR, 24);
                sum = sum.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16)).mul(scale));
            }
        }
        ((FloatVector) sum.convert(I2F, 0)).intoArray(f, Memory.SUMS + vector * V);
    }

    /** The two halves of a ternary block of 256, less the zero point's part; converted once, to {@link Memory#SUMS}. */
    static void halves(int zero, int[] n, float[] f, int vector) {
        IntVector sum = IntVector.broadcast(I, -zero);
        for (int h = 0; h < 2; h++) {
            IntVector s = IntVector.fromArray(I, n, Memory.INT_SUMS + h * Tile.STEP + vector * V);
            sum = sum.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        }
        ((FloatVector) sum.convert(I2F, 0)).intoArray(f, Memory.SUMS + vector * V);
    }
}
