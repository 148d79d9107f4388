package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Any format of 256-element blocks, packed by {@link PackCodes256}: {@code acc = fma(sum of scale * q * a, d * s, acc)} per
 * block, and with minimums {@code acc = fma(-dmin * s, sum of min * a, acc)} after it.
 *
 * <p>The products of a sub-block of 16 are added in F32, which is exact, scaled and added in int32. A panel holds
 * scale * q: 32 products of at most 32 · 127 · 127 (IQ4_XS, the widest) are below 2^24.
 */
final class MicroCodes256 extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int SPAN = PackCodes256.UNIT_BYTES - 64 + V;

    private final boolean mins;

    /** The kernel of formats with or without minimums. */
    MicroCodes256(boolean mins) {
        this.mins = mins;
    }

    @Override
    public long chunkBytes() {
        return PackCodes256.UNIT_BYTES;
    }

    @Override
    public long rowBytes(int k) {
        return (long) (k / Rows.LENGTH) * Rows.FLOAT_BYTES;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, MemorySegment dst, long to) {
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            widen(x, from, k0, Rows.LENGTH, dst, to + (long) (k0 / Rows.LENGTH) * Rows.FLOAT_BYTES);
        }
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        gemv(w, w0, k, scratch, rowAt, mins, outAt);
        gemv(w, w1, k, scratch, rowAt, mins, outAt + V);
    }

    private static void gemv(MemorySegment w, long w0, int k, MemorySegment scratch, long rowAt, boolean mins,
            long outAt) {
        FloatVector acc = FloatVector.zero(F);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            MemorySegment unit = w.asSlice(w0 + b * (long) PackCodes256.UNIT_BYTES, SPAN);
            MemorySegment a = scratch.asSlice(rowAt + b * (long) Rows.FLOAT_BYTES, Rows.FLOAT_BYTES);
            IntVector sum = IntVector.zero(I);
            FloatVector minSum = FloatVector.zero(F);
            for (int j = 0; j < 16; j++) {
                FloatVector s = FloatVector.zero(F);
                FloatVector r = s;
                for (int u = 0; u < 4; u++) {
                    long at = (j >> 1) * 128L + (j & 1) * 16L + u * 4L;
                    IntVector x = IntVector.fromMemorySegment(I, unit, PackCodes256.CODES + j * 256L + u * 64L,
                            Lanes.LE);
                    for (int i = 0; i < 2; i++) {
                        s = ((FloatVector) x.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
                                .fma(FloatVector.broadcast(F, a.get(Lanes.FLOAT, at + i * 64L)), s);
                        r = ((FloatVector) x.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
                                .fma(FloatVector.broadcast(F, a.get(Lanes.FLOAT, at + i * 64L + 32)), r);
                        x = x.lanewise(LSHR, 16);
                    }
                }
                int shift = 24 - ((j & 3) << 3);
                IntVector scale = IntVector.fromMemorySegment(I, unit, (j >> 2) * 64L, Lanes.LE)
                        .lanewise(LSHL, shift)
                        .lanewise(ASHR, 24);
                sum = sum.add(((IntVector) s.add(r).convert(F2I, 0)).mul(scale));
                if (mins) {
                    FloatVector min = (FloatVector) IntVector
                            .fromMemorySegment(I, unit, PackCodes256.MINS + (j >> 2) * 64L, Lanes.LE)
                            .lanewise(LSHL, shift)
                            .lanewise(LSHR, 24)
                            .convert(I2F, 0);
                    minSum = min.fma(FloatVector.broadcast(F, a.get(Lanes.FLOAT, Rows.SUMS + 4L * j)), minSum);
                }
            }
            float d = a.get(Lanes.FLOAT, Rows.SCALES);
            acc = ((FloatVector) sum.convert(I2F, 0))
                    .fma(FloatVector.fromMemorySegment(F, unit, PackCodes256.D, Lanes.LE).mul(d), acc);
            if (mins) {
                acc = FloatVector.fromMemorySegment(F, unit, PackCodes256.DMIN, Lanes.LE).mul(d).fma(minSum, acc);
            }
        }
        acc.intoMemorySegment(scratch, outAt, Lanes.LE);
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        long vectorAt = (long) vector * V;
        MemorySegment unit = w.asSlice(w0, SPAN);
        MemorySegment p = scratch.asSlice(Panel.AT + vectorAt, Panel.ELEMENT_BYTES - V);
        FloatVector.fromMemorySegment(F, unit, PackCodes256.D, Lanes.LE)
                .intoMemorySegment(scratch, Panel.SCALES + vectorAt, Lanes.LE);
        FloatVector.fromMemorySegment(F, unit, PackCodes256.DMIN, Lanes.LE)
                .intoMemorySegment(scratch, Panel.MINS + vectorAt, Lanes.LE);
        for (int j = 0; j < 16; j++) {
            int shift = 24 - ((j & 3) << 3);
            ((FloatVector) IntVector.fromMemorySegment(I, unit, PackCodes256.MINS + (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHL, shift)
                    .lanewise(LSHR, 24)
                    .convert(I2F, 0)).intoMemorySegment(scratch, Panel.SUB_MINS + j * Panel.STEP + vectorAt, Lanes.LE);
            FloatVector scale = (FloatVector) IntVector.fromMemorySegment(I, unit, (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHL, shift)
                    .lanewise(ASHR, 24)
                    .convert(I2F, 0);
            for (int u = 0; u < 4; u++) {
                IntVector x = IntVector.fromMemorySegment(I, unit, PackCodes256.CODES + j * 256L + u * 64L, Lanes.LE);
                for (int i = 3; i >= 0; i--) {
                    long to = ((j >> 1) * 32L + 8L * i + (j & 1) * 4L + u) * Panel.STEP;
                    ((FloatVector) x.lanewise(ASHR, 24).convert(I2F, 0)).mul(scale).intoMemorySegment(p, to, Lanes.LE);
                    x = x.lanewise(LSHL, 8);
                }
            }
        }
    }

    @Override
    public void multiply(MemorySegment scratch, long at, long outAt) {
        super.multiply(scratch, at, outAt);
        if (mins) {
            Fold.superBlockMins(scratch, at, outAt, 0);
            Fold.superBlockMins(scratch, at, outAt, 1);
        }
    }
}
