package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q8_0, packed by {@link PackPairs32} with the sign bits inverted, so that a byte is q + 128:
 * {@code acc = fma(sum of q * a, d * s, acc)} per block of 32.
 *
 * <p>Word u of a block has the elements 4u … 4u + 3. Sums of 32 products of at most 255 · 127 are exact in F32; the 128 is
 * taken off through the activations' block sum.
 */
final class MicroQ80 extends Blocks32 {
    /** What the packing inverts. */
    static final int FLIP = 0x80808080;

    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int UNIT = 1088;
    private static final int CODES = 64;
    private static final int BLOCK = 512;

    @Override
    public long chunkBytes() {
        return 4L * UNIT;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        Panel.clear(scratch, outAt, Panel.STEP);
        int blocks = k / 32;
        for (int b = 0; b < blocks; b += 8) {
            int count = Math.min(8, blocks - b);
            long chunk = b / 8 * chunkBytes();
            long record = rowAt + b / 8 * (long) Rows.FLOAT_BYTES;
            sums(w, w0 + chunk, w1 + chunk, count, scratch, record);
            Halves.scales(w, w0 + chunk, UNIT, count, scratch, Panel.SCALES);
            Halves.scales(w, w1 + chunk, UNIT, count, scratch, Panel.SCALES + V);
            Fold.row(scratch, record + Rows.SCALES, count, outAt);
        }
    }

    /** The exact sums of up to 8 blocks, as F32, to {@link Tile#SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, int blocks, MemorySegment scratch, long record) {
        for (int b = 0; b < blocks; b++) {
            long codes = (b >> 1) * (long) UNIT + CODES + (b & 1) * BLOCK;
            MemorySegment q0 = w.asSlice(w0 + codes, BLOCK - 64 + V);
            MemorySegment q1 = w.asSlice(w1 + codes, BLOCK - 64 + V);
            MemorySegment a = scratch.asSlice(record + b * 128L, 128);
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = s0;
            FloatVector r0 = s0;
            FloatVector r1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, q0, u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, q1, u * 64L, Lanes.LE);
                for (int i = 0; i < 2; i++) {
                    FloatVector x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + i * 64L));
                    s0 = ((FloatVector) x0.and(255).convert(I2F, 0)).fma(x, s0);
                    s1 = ((FloatVector) x1.and(255).convert(I2F, 0)).fma(x, s1);
                    x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + i * 64L + 32));
                    r0 = ((FloatVector) x0.lanewise(LSHR, 8).and(255).convert(I2F, 0)).fma(x, r0);
                    r1 = ((FloatVector) x1.lanewise(LSHR, 8).and(255).convert(I2F, 0)).fma(x, r1);
                    x0 = x0.lanewise(LSHR, 16);
                    x1 = x1.lanewise(LSHR, 16);
                }
            }
            float zero = 128f * scratch.get(Lanes.FLOAT, record + Rows.SUMS + b * 4L);
            long to = Tile.SUMS + b * Panel.STEP;
            s0.add(r0).sub(zero).intoMemorySegment(scratch, to, Lanes.LE);
            s1.add(r1).sub(zero).intoMemorySegment(scratch, to + V, Lanes.LE);
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        int blocks = count / 32;
        Panel.clearFrom(scratch, blocks);
        Halves.scales(w, w0, UNIT, blocks, scratch, Panel.SCALES + (long) vector * V);
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + (b >> 1) * (long) UNIT;
            block(w, unit + CODES + (b & 1) * BLOCK, scratch, Panel.AT + b * 32 * Panel.STEP + (long) vector * V);
        }
    }

    private static void block(MemorySegment w, long at, MemorySegment scratch, long to) {
        MemorySegment q = w.asSlice(at, BLOCK - 64 + V);
        MemorySegment p = scratch.asSlice(to, 31 * Panel.STEP + V);
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(I, q, u * 64L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                ((FloatVector) x.and(255).convert(I2F, 0)).sub(128f)
                        .intoMemorySegment(p, (8L * i + u) * Panel.STEP,
                                Lanes.LE);
                x = x.lanewise(LSHR, 8);
            }
        }
    }
}
