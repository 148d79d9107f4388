package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Any format of 32-element blocks, packed by {@link PackCodes32}: {@code acc = fma(sum of q * a, d * s, acc)} per block, and
 * with minimums {@code acc = fma(-dmin * min * s, sum of a, acc)} after it. Products are added in F32, which is exact.
 */
final class MicroCodes32 extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int SPAN = PackCodes32.UNIT_BYTES - 64 + V;

    private final boolean mins;

    /** The kernel of formats with or without minimums. */
    MicroCodes32(boolean mins) {
        this.mins = mins;
    }

    @Override
    public long chunkBytes() {
        return 8L * PackCodes32.UNIT_BYTES;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        gemv(w, w0, k, scratch, rowAt, mins, outAt);
        gemv(w, w1, k, scratch, rowAt, mins, outAt + V);
    }

    private static void gemv(MemorySegment w, long w0, int k, MemorySegment scratch, long rowAt, boolean mins,
            long outAt) {
        FloatVector acc = FloatVector.zero(F);
        int blocks = k / 32;
        for (int b = 0; b < blocks; b++) {
            MemorySegment unit = w.asSlice(w0 + b * (long) PackCodes32.UNIT_BYTES, SPAN);
            MemorySegment record = scratch.asSlice(rowAt + (b >> 3) * (long) Rows.FLOAT_BYTES, Rows.FLOAT_BYTES);
            MemorySegment a = record.asSlice((b & 7) * 128L, 128);
            FloatVector s = FloatVector.zero(F);
            FloatVector r = s;
            for (int u = 0; u < 8; u++) {
                IntVector x = IntVector.fromMemorySegment(I, unit, PackCodes32.CODES + u * 64L, Lanes.LE);
                for (int i = 0; i < 2; i++) {
                    s = ((FloatVector) x.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
                            .fma(FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + i * 64L)), s);
                    r = ((FloatVector) x.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
                            .fma(FloatVector.broadcast(F, a.get(Lanes.FLOAT, u * 4L + i * 64L + 32)), r);
                    x = x.lanewise(LSHR, 16);
                }
            }
            float d = record.get(Lanes.FLOAT, Rows.SCALES + (b & 7) * 4L);
            acc = s.add(r).fma(FloatVector.fromMemorySegment(F, unit, 0, Lanes.LE).mul(d), acc);
            if (mins) {
                float sum = record.get(Lanes.FLOAT, Rows.SUMS + (b & 7) * 4L);
                acc = FloatVector.fromMemorySegment(F, unit, PackCodes32.MIN, Lanes.LE)
                        .mul(d)
                        .fma(FloatVector.broadcast(F, sum), acc);
            }
        }
        acc.intoMemorySegment(scratch, outAt, Lanes.LE);
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        int blocks = count / 32;
        Panel.clearFrom(scratch, blocks);
        for (int b = 0; b < blocks; b++) {
            block(w, w0 + b * (long) PackCodes32.UNIT_BYTES, scratch,
                    Panel.AT + b * 32 * Panel.STEP + (long) vector * V);
            long scales = b * Panel.STEP + (long) vector * V;
            FloatVector.fromMemorySegment(F, w, w0 + b * (long) PackCodes32.UNIT_BYTES, Lanes.LE)
                    .intoMemorySegment(scratch, Panel.SCALES + scales, Lanes.LE);
            FloatVector.fromMemorySegment(F, w, w0 + b * (long) PackCodes32.UNIT_BYTES + PackCodes32.MIN, Lanes.LE)
                    .intoMemorySegment(scratch, Panel.MINS + scales, Lanes.LE);
        }
    }

    private static void block(MemorySegment w, long at, MemorySegment scratch, long to) {
        MemorySegment q = w.asSlice(at + PackCodes32.CODES, 7 * 64 + V);
        MemorySegment p = scratch.asSlice(to, 31 * Panel.STEP + V);
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(I, q, u * 64L, Lanes.LE);
            for (int i = 3; i >= 0; i--) {
                ((FloatVector) x.lanewise(ASHR, 24).convert(I2F, 0)).intoMemorySegment(p, (8L * i + u) * Panel.STEP,
                        Lanes.LE);
                x = x.lanewise(LSHL, 8);
            }
        }
    }

    @Override
    public void multiply(MemorySegment scratch, long at, long outAt) {
        if (!mins) {
            super.multiply(scratch, at, outAt);
            return;
        }
        Tile.sums(scratch, at);
        Fold.blocksWithMins(scratch, at, outAt, 0);
        Fold.blocksWithMins(scratch, at, outAt, 1);
    }
}
