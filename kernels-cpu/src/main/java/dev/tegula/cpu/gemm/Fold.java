package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds integer sums ({@link Tile#sums}) to the outputs {@code c[row][vector]}, with the scales of weights and activations:
 * the expression trees of the quantized formats.
 */
final class Fold {
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;

    private Fold() {}

    /**
     * Blocks of 32 in the rows of a low tile (a tall one does this in registers): {@code c = fma(isum, dW * dA, c)} for each
     * of 8 blocks in order.
     */
    static void blocks(float[] f, int at, int outAt) {
        for (int i = 0; i < LowTile.ROWS; i++) {
            int a = at + i * Rows.FLOATS + Rows.SCALES;
            int t = Memory.SUMS + i * Tile.STEP;
            int c = outAt + i * Tile.STEP;
            FloatVector c0 = FloatVector.fromArray(F, f, c);
            FloatVector c1 = FloatVector.fromArray(F, f, c + V);
            for (int b = 0; b < 8; b++) {
                FloatVector dA = FloatVector.broadcast(F, f[a + b]);
                int d = Panel.SCALES + b * Tile.STEP;
                c0 = FloatVector.fromArray(F, f, t + b * Tile.SUMS)
                        .fma(FloatVector.fromArray(F, f, d).mul(dA), c0);
                c1 = FloatVector.fromArray(F, f, t + b * Tile.SUMS + V)
                        .fma(FloatVector.fromArray(F, f, d + V).mul(dA), c1);
            }
            c0.intoArray(f, c);
            c1.intoArray(f, c + V);
        }
    }

    /** Two groups of 128, as {@link #blocks}; one vector of rows. */
    static void groups(float[] f, int at, int outAt, int rows, int vector) {
        FloatVector d0 = FloatVector.fromArray(F, f, Panel.SCALES + vector * V);
        FloatVector d1 = FloatVector.fromArray(F, f, Panel.SCALES + Tile.STEP + vector * V);
        for (int i = 0; i < rows; i++) {
            int a = at + i * Rows.FLOATS + Rows.SCALES;
            int t = Memory.SUMS + i * Tile.STEP + vector * V;
            int c = outAt + i * Tile.STEP + vector * V;
            FloatVector c0 = FloatVector.fromArray(F, f, t).fma(d0.mul(f[a]), FloatVector.fromArray(F, f, c));
            FloatVector.fromArray(F, f, t + Tile.SUMS).fma(d1.mul(f[a + 1]), c0).intoArray(f, c);
        }
    }

    /** As {@link #blocks}, and after each block {@code c = fma(-minW * dA, asum, c)}; one vector of rows. */
    static void blocksWithMins(float[] f, int at, int outAt, int rows, int vector) {
        for (int i = 0; i < rows; i++) {
            int a = at + i * Rows.FLOATS;
            int t = Memory.SUMS + i * Tile.STEP + vector * V;
            int c = outAt + i * Tile.STEP + vector * V;
            FloatVector c0 = FloatVector.fromArray(F, f, c);
            for (int b = 0; b < 8; b++) {
                FloatVector dA = FloatVector.broadcast(F, f[a + Rows.SCALES + b]);
                int w = b * Tile.STEP + vector * V;
                c0 = FloatVector.fromArray(F, f, t + b * Tile.SUMS)
                        .fma(FloatVector.fromArray(F, f, Panel.SCALES + w).mul(dA), c0);
                c0 = FloatVector.fromArray(F, f, Panel.MINS + w)
                        .mul(dA)
                        .fma(FloatVector.broadcast(F, f[a + Rows.SUMS + b]), c0);
            }
            c0.intoArray(f, c);
        }
    }

    /**
     * A block of 256: the 8 sums of 32, in int32, converted once: {@code c = fma(isum, dW * dA, c)}; one vector of rows.
     */
    static void superBlock(float[] f, int at, int outAt, int rows, int vector) {
        FloatVector d = FloatVector.fromArray(F, f, Panel.SCALES + vector * V);
        for (int i = 0; i < rows; i++) {
            int t = Memory.SUMS + i * Tile.STEP + vector * V;
            int c = outAt + i * Tile.STEP + vector * V;
            IntVector sum = IntVector.zero(Lanes.I32);
            for (int b = 0; b < 8; b++) {
                sum = sum.add(FloatVector.fromArray(F, f, t + b * Tile.SUMS).convert(F2I, 0));
            }
            float dA = f[at + i * Rows.FLOATS + Rows.SCALES];
            ((FloatVector) sum.convert(I2F, 0)).fma(d.mul(dA), FloatVector.fromArray(F, f, c)).intoArray(f, c);
        }
    }

    /**
     * The minimums of a block of 256, after {@link #superBlock}: {@code c = fma(-dmin * dA, sum of min * asum, c)}; one
     * vector of rows. The sum is an integer of at most 63 * 127 * 256, exact in F32.
     */
    static void superBlockMins(float[] f, int at, int outAt, int rows, int vector) {
        FloatVector dmin = FloatVector.fromArray(F, f, Panel.MINS + vector * V);
        for (int i = 0; i < rows; i++) {
            int a = at + i * Rows.FLOATS;
            int c = outAt + i * Tile.STEP + vector * V;
            FloatVector sum = FloatVector.zero(F);
            for (int j = 0; j < 16; j++) {
                sum = FloatVector.fromArray(F, f, Panel.SUB_MINS + j * Tile.STEP + vector * V)
                        .fma(FloatVector.broadcast(F, f[a + Rows.SUMS + j]), sum);
            }
            dmin.mul(f[a + Rows.SCALES]).fma(sum, FloatVector.fromArray(F, f, c)).intoArray(f, c);
        }
    }

    /**
     * One row, a block of 256: {@code c = fma(isum, dW * dA, c)}, with a vector of isum in {@link Memory#SUMS}.
     *
     * @param w0 offset in the packed weights of the vector's dW
     * @param vector 0 or 1: the vector's place in the sums and the output
     */
    static void rowSuperBlock(MemorySegment w, long w0, float dA, float[] f, int outAt, int vector) {
        FloatVector.fromArray(F, f, Memory.SUMS + vector * V)
                .fma(FloatVector.fromMemorySegment(F, w, w0, Lanes.LE).mul(dA),
                        FloatVector.fromArray(F, f, outAt + vector * V))
                .intoArray(f, outAt + vector * V);
    }
}
