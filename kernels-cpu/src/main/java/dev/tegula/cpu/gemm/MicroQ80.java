package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
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
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment row, long rowAt, MemorySegment out,
            long outAt) {
        FloatVector acc0 = FloatVector.zero(F);
        FloatVector acc1 = acc0;
        int blocks = k / 32;
        for (int b = 0; b < blocks; b++) {
            long unit = (b >> 1) * (long) UNIT;
            long codes = unit + CODES + (b & 1) * BLOCK;
            MemorySegment q0 = w.asSlice(w0 + codes, BLOCK - 64 + V);
            MemorySegment q1 = w.asSlice(w1 + codes, BLOCK - 64 + V);
            long record = rowAt + (b >> 3) * (long) Rows.FLOAT_BYTES;
            MemorySegment a = row.asSlice(record + (b & 7) * 128, 128);
            FloatVector s0 = FloatVector.zero(F);
            FloatVector s1 = s0;
            FloatVector r0 = s0;
            FloatVector r1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, q0, u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, q1, u * 64L, Lanes.LE);
                FloatVector x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L));
                s0 = ((FloatVector) x0.and(255).convert(I2F, 0)).fma(x, s0);
                s1 = ((FloatVector) x1.and(255).convert(I2F, 0)).fma(x, s1);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + 32));
                r0 = ((FloatVector) x0.lanewise(LSHR, 8).and(255).convert(I2F, 0)).fma(x, r0);
                r1 = ((FloatVector) x1.lanewise(LSHR, 8).and(255).convert(I2F, 0)).fma(x, r1);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + 64));
                s0 = ((FloatVector) x0.lanewise(LSHR, 16).and(255).convert(I2F, 0)).fma(x, s0);
                s1 = ((FloatVector) x1.lanewise(LSHR, 16).and(255).convert(I2F, 0)).fma(x, s1);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + 96));
                r0 = ((FloatVector) x0.lanewise(LSHR, 24).convert(I2F, 0)).fma(x, r0);
                r1 = ((FloatVector) x1.lanewise(LSHR, 24).convert(I2F, 0)).fma(x, r1);
            }
            long scales = record + Rows.SCALES + (b & 7) * 4;
            float zero = 128f * row.get(Lanes.FLOAT, scales + Rows.SUMS - Rows.SCALES);
            float d = row.get(Lanes.FLOAT, scales);
            int half = 16 - ((b & 1) << 4);
            IntVector h0 = IntVector.fromMemorySegment(I, w, w0 + unit, Lanes.LE).lanewise(LSHL, half);
            IntVector h1 = IntVector.fromMemorySegment(I, w, w1 + unit, Lanes.LE).lanewise(LSHL, half);
            IntVector f0 = h0.lanewise(ASHR, 3).and(Halves.FIELDS);
            IntVector f1 = h1.lanewise(ASHR, 3).and(Halves.FIELDS);
            // Infinities and NaN keep the largest exponent; subnormals come out right, if slowly.
            FloatVector d0 = f0.reinterpretAsFloats()
                    .mul(Halves.REBIAS)
                    .reinterpretAsInts()
                    .blend(f0.or(Halves.SPECIAL), h0.and(Halves.EXPONENT).compare(EQ, Halves.EXPONENT))
                    .reinterpretAsFloats();
            FloatVector d1 = f1.reinterpretAsFloats()
                    .mul(Halves.REBIAS)
                    .reinterpretAsInts()
                    .blend(f1.or(Halves.SPECIAL), h1.and(Halves.EXPONENT).compare(EQ, Halves.EXPONENT))
                    .reinterpretAsFloats();
            acc0 = s0.add(r0).sub(zero).fma(d0.mul(d), acc0);
            acc1 = s1.add(r1).sub(zero).fma(d1.mul(d), acc1);
        }
        acc0.intoMemorySegment(out, outAt, Lanes.LE);
        acc1.intoMemorySegment(out, outAt + V, Lanes.LE);
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        int blocks = count / 32;
        Panel.clearFrom(scratch, blocks);
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + (b >> 1) * (long) UNIT;
            Halves.convert(w, unit, 16 - ((b & 1) << 4), scratch, Panel.SCALES + b * Panel.STEP + (long) vector * V);
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
