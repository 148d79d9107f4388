package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * TQ2_0, packed by {@link PackTq20}: {@code acc = fma(sum of (q - 1) * a, d * s, acc)} per block of 256.
 *
 * <p>Word w of half h has in bits 2j, 2j + 1 of byte i element 4w + i of the block of 32 number 4h + j: seen as two int16, the
 * pairs E[w] of four blocks, then O[w] of the same four. GEMV multiplies the codes 0 … 3 (3 is no code of the encoder, but
 * may be in a file): the 64 products of a half per int16 are at most 64 · 3 · 127 = 24384; the 1 is taken off through the
 * activations' block sum.
 */
final class MicroTq20 extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int CODE = 0x00030003;
    private static final int HALF = 8 * 64;

    @Override
    public long chunkBytes() {
        return PackTq20.UNIT_BYTES;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        Panel.clear(scratch, outAt, Panel.STEP);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long u0 = w0 + b * (long) PackTq20.UNIT_BYTES;
            long u1 = w1 + b * (long) PackTq20.UNIT_BYTES;
            long record = rowAt + b * (long) Rows.PAIR_BYTES;
            sums(w, u0, u1, scratch, record);
            int zero = sum(scratch, record);
            PairSums.halves(zero, scratch, 0);
            PairSums.halves(zero, scratch, V);
            Fold.rowSuperBlock(w, u0, u1, scratch.get(Lanes.FLOAT, record + Rows.PAIR_SCALE), scratch, outAt);
        }
    }

    /** The exact sums of q * a of both halves, two int16 to a lane, to {@link Tile#SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, MemorySegment scratch, long record) {
        for (int h = 0; h < 2; h++) {
            MemorySegment q0 = w.asSlice(w0 + PackTq20.CODES + h * (long) HALF, HALF - 64 + V);
            MemorySegment q1 = w.asSlice(w1 + PackTq20.CODES + h * (long) HALF, HALF - 64 + V);
            MemorySegment a = scratch.asSlice(record + h * 256L, 256);
            MemorySegment t = scratch.asSlice(Tile.SUMS + h * Panel.STEP, Panel.STEP);
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, q0, u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, q1, u * 64L, Lanes.LE);
                for (int i = 0; i < 8; i++) {
                    // E of the half's four blocks, then O.
                    long pairs = u * 4L + (i & 3) * 64L + (i >> 2) * 32L;
                    ShortVector p = IntVector.broadcast(I, a.get(Lanes.INT, pairs)).reinterpretAsShorts();
                    s0 = s0.add(x0.and(CODE).reinterpretAsShorts().mul(p));
                    s1 = s1.add(x1.and(CODE).reinterpretAsShorts().mul(p));
                    x0 = x0.lanewise(LSHR, 2);
                    x1 = x1.lanewise(LSHR, 2);
                }
            }
            s0.intoMemorySegment(t, 0, Lanes.LE);
            s1.intoMemorySegment(t, V, Lanes.LE);
        }
    }

    /** The activations' sum, which the codes' zero point of 1 adds too much. */
    private static int sum(MemorySegment scratch, long record) {
        int sum = 0;
        for (int j = 0; j < 8; j++) {
            sum += scratch.get(Lanes.INT, record + Rows.PAIR_SUMS32 + 4L * j);
        }
        return sum;
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        long vectorAt = (long) vector * V;
        MemorySegment unit = w.asSlice(w0, PackTq20.UNIT_BYTES - 64 + V);
        FloatVector.fromMemorySegment(F, unit, 0, Lanes.LE)
                .intoMemorySegment(scratch, Panel.SCALES + vectorAt, Lanes.LE);
        for (int h = 0; h < 2; h++) {
            half(w, w0, h, scratch, vectorAt);
        }
    }

    private static void half(MemorySegment w, long w0, int h, MemorySegment scratch, long vectorAt) {
        MemorySegment q = w.asSlice(w0 + PackTq20.CODES + (long) h * HALF, HALF - 64 + V);
        MemorySegment p = scratch.asSlice(Panel.AT + h * 128 * Panel.STEP + vectorAt, 127 * Panel.STEP + V);
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(I, q, u * 64L, Lanes.LE);
            for (int i = 0; i < 16; i++) {
                // Field i % 4 of byte i / 4.
                long to = ((i & 3) * 32L + (i >> 2) * 8L + u) * Panel.STEP;
                ((FloatVector) x.and(3).convert(I2F, 0)).sub(1f).intoMemorySegment(p, to, Lanes.LE);
                x = x.lanewise(LSHR, 2);
            }
        }
    }

    @Override
    public void multiply(MemorySegment scratch, long at, long outAt) {
        Tile.sums(scratch, at);
        Fold.smallSuperBlock(scratch, false, at, outAt, 0);
        Fold.smallSuperBlock(scratch, false, at, outAt, 1);
    }
}
