package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds a tile's integer sums ({@link Tile#sums}) to the outputs {@code c[row][vector]} of 8 rows, with the scales of
 * weights and activations: the expression trees of the quantized formats.
 */
final class Fold {
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final long V = Lanes.BYTES;

    private Fold() {}

    /** Blocks of 32: {@code c = fma(isum, dW * dA, c)} for each of 8 blocks in order. */
    static void blocks(MemorySegment scratch, long at, long outAt) {
        MemorySegment d = scratch.asSlice(Panel.SCALES, 8 * Panel.STEP);
        for (int i = 0; i < Tile.ROWS; i++) {
            MemorySegment t = scratch.asSlice(Tile.SUMS + i * Panel.STEP, (7 * Tile.ROWS + 1) * Panel.STEP);
            MemorySegment a = scratch.asSlice(at + (long) i * Rows.FLOAT_BYTES + Rows.SCALES, 32);
            MemorySegment c = scratch.asSlice(outAt + i * Panel.STEP, Panel.STEP);
            FloatVector c0 = FloatVector.fromMemorySegment(F, c, 0, Lanes.LE);
            FloatVector c1 = FloatVector.fromMemorySegment(F, c, V, Lanes.LE);
            for (int b = 0; b < 8; b++) {
                FloatVector dA = FloatVector.broadcast(F, a.get(Lanes.FLOAT, 4L * b));
                long to = b * (Tile.ROWS * 2 * V);
                long wo = b * (2 * V);
                c0 = FloatVector.fromMemorySegment(F, t, to, Lanes.LE)
                        .fma(FloatVector.fromMemorySegment(F, d, wo, Lanes.LE).mul(dA), c0);
                c1 = FloatVector.fromMemorySegment(F, t, to + V, Lanes.LE)
                        .fma(FloatVector.fromMemorySegment(F, d, wo + V, Lanes.LE).mul(dA), c1);
            }
            c0.intoMemorySegment(c, 0, Lanes.LE);
            c1.intoMemorySegment(c, V, Lanes.LE);
        }
    }

    /** As {@link #blocks}, and after each block {@code c = fma(-minW * dA, asum, c)}; one vector of rows. */
    static void blocksWithMins(MemorySegment scratch, long at, long outAt, int vector) {
        MemorySegment t = scratch.asSlice(Tile.SUMS + vector * V, Tile.SUM_BYTES - V);
        MemorySegment d = scratch.asSlice(Panel.SCALES + vector * V, 16 * Panel.STEP - V);
        MemorySegment a = scratch.asSlice(at, (long) Tile.ROWS * Rows.FLOAT_BYTES);
        MemorySegment c = scratch.asSlice(outAt + vector * V, Tile.ROWS * Panel.STEP - V);
        for (int i = 0; i < Tile.ROWS; i++) {
            FloatVector c0 = FloatVector.fromMemorySegment(F, c, i * (2 * V), Lanes.LE);
            for (int b = 0; b < 8; b++) {
                long ao = (long) i * Rows.FLOAT_BYTES + 4L * b;
                FloatVector dA = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + Rows.SCALES));
                FloatVector sum = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + Rows.SUMS));
                long wo = b * (2 * V);
                c0 = FloatVector.fromMemorySegment(F, t, ((long) b * Tile.ROWS + i) * (2 * V), Lanes.LE)
                        .fma(FloatVector.fromMemorySegment(F, d, wo, Lanes.LE).mul(dA), c0);
                c0 = FloatVector.fromMemorySegment(F, d, wo + 16 * V, Lanes.LE).mul(dA).fma(sum, c0);
            }
            c0.intoMemorySegment(c, i * (2 * V), Lanes.LE);
        }
    }

    /**
     * A block of 256: the 8 sums of 32, in int32, converted once: {@code c = fma(isum, dW * dA, c)}; one vector of rows.
     */
    static void superBlock(MemorySegment scratch, long at, long outAt, int vector) {
        MemorySegment t = scratch.asSlice(Tile.SUMS + vector * V, Tile.SUM_BYTES - V);
        MemorySegment a = scratch.asSlice(at, (long) Tile.ROWS * Rows.FLOAT_BYTES);
        MemorySegment c = scratch.asSlice(outAt + vector * V, Tile.ROWS * Panel.STEP - V);
        FloatVector d = FloatVector.fromMemorySegment(F, scratch, Panel.SCALES + vector * V, Lanes.LE);
        for (int i = 0; i < Tile.ROWS; i++) {
            IntVector sum = IntVector.zero(Lanes.I32);
            for (int b = 0; b < 8; b++) {
                sum = sum.add(
                        FloatVector.fromMemorySegment(F, t, ((long) b * Tile.ROWS + i) * (2 * V), Lanes.LE)
                                .convert(F2I,
                                        0));
            }
            float dA = a.get(Lanes.FLOAT, (long) i * Rows.FLOAT_BYTES + Rows.SCALES);
            ((FloatVector) sum.convert(I2F, 0))
                    .fma(d.mul(dA), FloatVector.fromMemorySegment(F, c, i * (2 * V), Lanes.LE))
                    .intoMemorySegment(c, i * (2 * V), Lanes.LE);
        }
    }

    /**
     * As {@link #superBlock} for formats whose sums of 128 products stay below 2^24: four sums of 32 are added in F32,
     * exactly, and the two halves' sum is rounded once, as the conversion of their int32 sum would be. With minimums (8 of
     * them), {@code c = fma(-dmin * dA, sum of min * asum, c)} follows; its sum is exact too.
     */
    static void smallSuperBlock(MemorySegment scratch, boolean mins, long at, long outAt, int vector) {
        MemorySegment t = scratch.asSlice(Tile.SUMS + vector * V, Tile.SUM_BYTES - V);
        MemorySegment a = scratch.asSlice(at, (long) Tile.ROWS * Rows.FLOAT_BYTES);
        MemorySegment c = scratch.asSlice(outAt + vector * V, Tile.ROWS * Panel.STEP - V);
        MemorySegment p = scratch.asSlice(Panel.SCALES + vector * V, 32 * Panel.STEP - V);
        FloatVector d = FloatVector.fromMemorySegment(F, p, 0, Lanes.LE);
        FloatVector dmin = FloatVector.fromMemorySegment(F, p, 16 * V, Lanes.LE);
        for (int i = 0; i < Tile.ROWS; i++) {
            FloatVector low = FloatVector.zero(F);
            FloatVector high = low;
            FloatVector min = low;
            for (int b = 0; b < 4; b++) {
                long to = ((long) b * Tile.ROWS + i) * (2 * V);
                low = low.add(FloatVector.fromMemorySegment(F, t, to, Lanes.LE));
                high = high.add(FloatVector.fromMemorySegment(F, t, to + 4 * Tile.ROWS * (2 * V), Lanes.LE));
            }
            FloatVector dA = FloatVector.broadcast(F, a.get(Lanes.FLOAT, (long) i * Rows.FLOAT_BYTES + Rows.SCALES));
            FloatVector acc = low.add(high)
                    .fma(d.mul(dA), FloatVector.fromMemorySegment(F, c, i * (2 * V), Lanes.LE));
            if (mins) {
                for (int j = 0; j < 8; j++) {
                    float asum = a.get(Lanes.FLOAT, (long) i * Rows.FLOAT_BYTES + Rows.SUMS32 + 4L * j);
                    min = FloatVector.fromMemorySegment(F, p, (16 + j) * (2 * V), Lanes.LE)
                            .fma(FloatVector.broadcast(F, asum), min);
                }
                acc = dmin.mul(dA).fma(min, acc);
            }
            acc.intoMemorySegment(c, i * (2 * V), Lanes.LE);
        }
    }

    /**
     * The minimums of a block of 256, after {@link #superBlock}: {@code c = fma(-dmin * dA, sum of min * asum, c)}; one
     * vector of rows. The sum is an integer of at most 63 * 127 * 256, exact in F32.
     */
    static void superBlockMins(MemorySegment scratch, long at, long outAt,
            int vector) {
        MemorySegment m = scratch.asSlice(Panel.SUB_MINS + vector * V, 16 * Panel.STEP - V);
        MemorySegment a = scratch.asSlice(at, (long) Tile.ROWS * Rows.FLOAT_BYTES);
        MemorySegment c = scratch.asSlice(outAt + vector * V, Tile.ROWS * Panel.STEP - V);
        FloatVector dmin = FloatVector.fromMemorySegment(F, scratch, Panel.MINS + vector * V, Lanes.LE);
        for (int i = 0; i < Tile.ROWS; i++) {
            FloatVector sum = FloatVector.zero(F);
            for (int j = 0; j < 16; j++) {
                float asum = a.get(Lanes.FLOAT, (long) i * Rows.FLOAT_BYTES + Rows.SUMS + 4L * j);
                sum = FloatVector.fromMemorySegment(F, m, j * (2 * V), Lanes.LE)
                        .fma(FloatVector.broadcast(F, asum),
                                sum);
            }
            float dA = a.get(Lanes.FLOAT, (long) i * Rows.FLOAT_BYTES + Rows.SCALES);
            dmin.mul(dA)
                    .fma(sum, FloatVector.fromMemorySegment(F, c, i * (2 * V), Lanes.LE))
                    .intoMemorySegment(c, i * (2 * V), Lanes.LE);
        }
    }

    /**
     * One row, blocks of 32: {@code c = fma(isum, dW * dA, c)} for each block, with isum in {@link Tile#SUMS} and dW in
     * {@link Panel#SCALES}, two vectors to a block.
     *
     * @param dAt offset of the blocks' dA in the scratch memory, side by side
     */
    static void row(MemorySegment scratch, long dAt, int blocks, long outAt) {
        FloatVector c0 = FloatVector.fromMemorySegment(F, scratch, outAt, Lanes.LE);
        FloatVector c1 = FloatVector.fromMemorySegment(F, scratch, outAt + V, Lanes.LE);
        for (int b = 0; b < blocks; b++) {
            FloatVector dA = FloatVector.broadcast(F, scratch.get(Lanes.FLOAT, dAt + 4L * b));
            long at = b * Panel.STEP;
            c0 = FloatVector.fromMemorySegment(F, scratch, Tile.SUMS + at, Lanes.LE)
                    .fma(FloatVector.fromMemorySegment(F, scratch, Panel.SCALES + at, Lanes.LE).mul(dA), c0);
            c1 = FloatVector.fromMemorySegment(F, scratch, Tile.SUMS + V + at, Lanes.LE)
                    .fma(FloatVector.fromMemorySegment(F, scratch, Panel.SCALES + V + at, Lanes.LE).mul(dA), c1);
        }
        c0.intoMemorySegment(scratch, outAt, Lanes.LE);
        c1.intoMemorySegment(scratch, outAt + V, Lanes.LE);
    }

    /**
     * One row, a block of 256: {@code c = fma(isum, dW * dA, c)}, with two vectors of isum in {@link Tile#SUMS}.
     *
     * @param w0 offset in the packed weights of the first vector's dW
     * @param w1 of the second's
     */
    static void rowSuperBlock(MemorySegment w, long w0, long w1, float dA, MemorySegment scratch, long outAt) {
        FloatVector.fromMemorySegment(F, scratch, Tile.SUMS, Lanes.LE)
                .fma(FloatVector.fromMemorySegment(F, w, w0, Lanes.LE).mul(dA),
                        FloatVector.fromMemorySegment(F, scratch, outAt, Lanes.LE))
                .intoMemorySegment(scratch, outAt, Lanes.LE);
        FloatVector.fromMemorySegment(F, scratch, Tile.SUMS + V, Lanes.LE)
                .fma(FloatVector.fromMemorySegment(F, w, w1, Lanes.LE).mul(dA),
                        FloatVector.fromMemorySegment(F, scratch, outAt + V, Lanes.LE))
                .intoMemorySegment(scratch, outAt + V, Lanes.LE);
    }
}
