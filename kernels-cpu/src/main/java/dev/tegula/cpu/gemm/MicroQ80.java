package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
    private static final int V = Lanes.COUNT;
    private static final int UNIT = 1088;
    private static final int CODES = 64;
    private static final int BLOCK = 512;

    @Override
    public long chunkBytes() {
        return 4L * UNIT;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        MemorySegment p = scratch.bytes();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / 32;
        for (int b = 0; b < blocks; b += 8) {
            int count = Math.min(8, blocks - b);
            long chunk = b / 8 * chunkBytes();
            int record = floatRow(k, row) + b / 8 * Rows.FLOATS;
            sums(w, w0 + chunk, w1 + chunk, count, f, record);
            Halves.scales(w, w0 + chunk, UNIT, count, p, Panel.SCALES);
            Halves.scales(w, w1 + chunk, UNIT, count, p, Panel.SCALES + Lanes.BYTES);
            Fold.row(p, f, record + Rows.SCALES, count, outAt);
        }
    }

    /** The exact sums of up to 8 blocks, as F32, to {@link Memory#SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, int blocks, float[] f, int record) {
        for (int b = 0; b < blocks; b++) {
            long codes = (b >> 1) * (long) UNIT + CODES + (b & 1) * BLOCK;
            int a = record + b * 32;
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = s0;
            FloatVector r0 = s0;
            FloatVector r1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, w, w0 + codes + u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, w, w1 + codes + u * 64L, Lanes.LE);
                FloatVector x = FloatVector.broadcast(F, f[a + u]);
                s0 = ((FloatVector) x0.and(255).convert(I2F, 0)).fma(x, s0);
                s1 = ((FloatVector) x1.and(255).convert(I2F, 0)).fma(x, s1);
                x = FloatVector.broadcast(F, f[a + u + 8]);
                r0 = ((FloatVector) x0.lanewise(LSHR, 8).and(255).convert(I2F, 0)).fma(x, r0);
                r1 = ((FloatVector) x1.lanewise(LSHR, 8).and(255).convert(I2F, 0)).fma(x, r1);
                x = FloatVector.broadcast(F, f[a + u + 16]);
                s0 = ((FloatVector) x0.lanewise(LSHR, 16).and(255).convert(I2F, 0)).fma(x, s0);
                s1 = ((FloatVector) x1.lanewise(LSHR, 16).and(255).convert(I2F, 0)).fma(x, s1);
                x = FloatVector.broadcast(F, f[a + u + 24]);
                r0 = ((FloatVector) x0.lanewise(LSHR, 24).convert(I2F, 0)).fma(x, r0);
                r1 = ((FloatVector) x1.lanewise(LSHR, 24).convert(I2F, 0)).fma(x, r1);
            }
            float zero = 128f * f[record + Rows.SUMS + b];
            s0.add(r0).sub(zero).intoArray(f, Memory.SUMS + b * Tile.STEP);
            s1.add(r1).sub(zero).intoArray(f, Memory.SUMS + b * Tile.STEP + V);
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment panel, int vector) {
        long vectorAt = vector * (long) Lanes.BYTES;
        int blocks = count / 32;
        Panel.clearFrom(panel, blocks);
        Halves.scales(w, w0, UNIT, blocks, panel, Panel.SCALES + vectorAt);
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + (b >> 1) * (long) UNIT;
            block(w, unit + CODES + (b & 1) * BLOCK, panel, Memory.PANEL + b * 32 * Panel.STEP + vectorAt);
        }
    }

    private static void block(MemorySegment w, long at, MemorySegment p, long to) {
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(I, w, at + u * 64L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                ((FloatVector) x.and(255).convert(I2F, 0)).sub(128f)
                        .intoMemorySegment(p, to + (8 * i + u) * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
            }
        }
    }
}
