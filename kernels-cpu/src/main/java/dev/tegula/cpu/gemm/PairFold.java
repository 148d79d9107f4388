package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds a {@link PairTile}'s sums to the outputs {@code c[row][vector]}, with the scales of weights and activations: the
 * expression trees of {@link Fold}, of sums in int16.
 */
final class PairFold {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;

    private PairFold() {}

    /** Blocks of 32: {@code c = fma(isum, dW * dA, c)} for each of 8 in order. */
    static void blocks(int[] n, int at, float[] f, int outAt, int rows) {
        for (int r = 0; r < rows; r++) {
            int a = at + r * Rows.PAIRS + Rows.PAIRS_SCALE;
            int t = Memory.INT_SUMS + r * Tile.STEP;
            int c = outAt + r * Tile.STEP;
            FloatVector c0 = FloatVector.fromArray(F, f, c);
            FloatVector c1 = FloatVector.fromArray(F, f, c + V);
            for (int b = 0; b < 8; b++) {
                FloatVector dA = FloatVector.broadcast(F, Float.intBitsToFloat(n[a + b]));
                int d = Panel.SCALES + b * Tile.STEP;
                IntVector s0 = IntVector.fromArray(I, n, t + b * PairTile.SUMS);
                IntVector s1 = IntVector.fromArray(I, n, t + b * PairTile.SUMS + V);
                s0 = s0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s0.lanewise(ASHR, 16));
                s1 = s1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s1.lanewise(ASHR, 16));
                c0 = ((FloatVector) s0.convert(I2F, 0)).fma(FloatVector.fromArray(F, f, d).mul(dA), c0);
                c1 = ((FloatVector) s1.convert(I2F, 0)).fma(FloatVector.fromArray(F, f, d + V).mul(dA), c1);
            }
            c0.intoArray(f, c);
            c1.intoArray(f, c + V);
        }
    }

    /**
     * A block of 256 of sub-blocks with integer scales ({@link Memory#INT_SCALES}): the sum of scale * isum in int32, converted
     * once: {@code c = fma(sum, dW * dA, c)}.
     *
     * @param subBlocks how many the block has
     */
    static void scaled(int[] n, int at, int subBlocks, float[] f, int outAt, int rows) {
        FloatVector d0 = FloatVector.fromArray(F, f, Panel.SCALES);
        FloatVector d1 = FloatVector.fromArray(F, f, Panel.SCALES + V);
        for (int r = 0; r < rows; r++) {
            int t = Memory.INT_SUMS + r * Tile.STEP;
            IntVector sum0 = IntVector.zero(I);
            IntVector sum1 = sum0;
            for (int j = 0; j < subBlocks; j++) {
                int scales = Memory.INT_SCALES + j * Tile.STEP;
                IntVector s0 = IntVector.fromArray(I, n, t + j * PairTile.SUMS);
                IntVector s1 = IntVector.fromArray(I, n, t + j * PairTile.SUMS + V);
                s0 = s0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s0.lanewise(ASHR, 16));
                s1 = s1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s1.lanewise(ASHR, 16));
                sum0 = s0.mul(IntVector.fromArray(I, n, scales)).add(sum0);
                sum1 = s1.mul(IntVector.fromArray(I, n, scales + V)).add(sum1);
            }
            float dA = Float.intBitsToFloat(n[at + r * Rows.PAIRS + Rows.PAIRS_SCALE]);
            int c = outAt + r * Tile.STEP;
            ((FloatVector) sum0.convert(I2F, 0)).fma(d0.mul(dA), FloatVector.fromArray(F, f, c)).intoArray(f, c);
            ((FloatVector) sum1.convert(I2F, 0)).fma(d1.mul(dA), FloatVector.fromArray(F, f, c + V))
                    .intoArray(f, c + V);
        }
    }

    /**
     * The minimums of a block of 256 ({@link Memory#INT_MINS}), after {@link #scaled}:
     * {@code c = fma(-dmin * dA, sum of min * asum, c)}, the sum in int32.
     */
    static void mins(int[] n, int at, float[] f, int outAt, int rows) {
        FloatVector d0 = FloatVector.fromArray(F, f, Panel.MINS);
        FloatVector d1 = FloatVector.fromArray(F, f, Panel.MINS + V);
        for (int r = 0; r < rows; r++) {
            int a = at + r * Rows.PAIRS;
            IntVector sum0 = IntVector.zero(I);
            IntVector sum1 = sum0;
            for (int j = 0; j < 8; j++) {
                int mins = Memory.INT_MINS + j * Tile.STEP;
                int asum = n[a + Rows.PAIRS_SUMS32 + j];
                sum0 = IntVector.fromArray(I, n, mins).mul(asum).add(sum0);
                sum1 = IntVector.fromArray(I, n, mins + V).mul(asum).add(sum1);
            }
            float dA = Float.intBitsToFloat(n[a + Rows.PAIRS_SCALE]);
            int c = outAt + r * Tile.STEP;
            d0.mul(dA).fma((FloatVector) sum0.convert(I2F, 0), FloatVector.fromArray(F, f, c)).intoArray(f, c);
            d1.mul(dA)
                    .fma((FloatVector) sum1.convert(I2F, 0), FloatVector.fromArray(F, f, c + V))
                    .intoArray(f, c + V);
        }
    }

    /** A block of 256 with one sum: {@code c = fma(isum, dW * dA, c)}. */
    static void block(int[] n, int at, float[] f, int outAt, int rows) {
        FloatVector d0 = FloatVector.fromArray(F, f, Panel.SCALES);
        FloatVector d1 = FloatVector.fromArray(F, f, Panel.SCALES + V);
        for (int r = 0; r < rows; r++) {
            int t = Memory.INT_SUMS + r * Tile.STEP;
            IntVector s0 = IntVector.fromArray(I, n, t);
            IntVector s1 = IntVector.fromArray(I, n, t + V);
            s0 = s0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s0.lanewise(ASHR, 16));
            s1 = s1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s1.lanewise(ASHR, 16));
            float dA = Float.intBitsToFloat(n[at + r * Rows.PAIRS + Rows.PAIRS_SCALE]);
            int c = outAt + r * Tile.STEP;
            ((FloatVector) s0.convert(I2F, 0)).fma(d0.mul(dA), FloatVector.fromArray(F, f, c)).intoArray(f, c);
            ((FloatVector) s1.convert(I2F, 0)).fma(d1.mul(dA), FloatVector.fromArray(F, f, c + V)).intoArray(f, c + V);
        }
    }
}
