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
 * Q4_0, packed by {@link PackPairs32}: {@code acc = fma(sum of (q - 8) * a, d * s, acc)} per block of 32.
 *
 * <p>Word u of a block has the elements 4u … 4u + 3 in the lower and 16 + 4u … 16 + 4u + 3 in the upper halves of its bytes.
 * Seen as two int16, a word holds four pairs of {@link Rows}: at bit 0 E[u], at bit 4 E[u + 4], at bit 8 O[u], at bit 12
 * O[u + 4]. GEMV multiplies the codes 0 … 15 in int16: 16 products of at most 15 · 127 are below 2^15, and the 8 is taken off
 * through the activations' block sum.
 */
final class MicroQ40 extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int UNIT = 576;
    private static final int CODES = 64;
    private static final int BLOCK = 256;
    /** The lowest code of both int16 in a lane. */
    private static final int CODE = 0x000F000F;

    @Override
    public long chunkBytes() {
        return 4L * UNIT;
    }

    @Override
    public long rowBytes(int k) {
        return (long) (k / 32) * Rows.PAIR32_BYTES;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, MemorySegment dst, long to) {
        Rows.pairs32(x, from, k / 32, dst, to);
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        Panel.clear(scratch, outAt, Panel.STEP);
        int blocks = k / 32;
        for (int b = 0; b < blocks; b += 8) {
            int count = Math.min(8, blocks - b);
            long chunk = b / 8 * chunkBytes();
            long record = rowAt + b / 8 * 8L * Rows.PAIR32_BYTES;
            sums(w, w0 + chunk, w1 + chunk, count, scratch, record);
            Halves.scales(w, w0 + chunk, UNIT, count, scratch, Panel.SCALES);
            Halves.scales(w, w1 + chunk, UNIT, count, scratch, Panel.SCALES + V);
            PairSums.blocks32(scratch, record, count, outAt, 0);
            PairSums.blocks32(scratch, record, count, outAt, V);
        }
    }

    /** The exact sums of up to 8 blocks, two int16 to a lane, to {@link Tile#SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, int blocks, MemorySegment scratch, long record) {
        for (int b = 0; b < blocks; b++) {
            long codes = (b >> 1) * (long) UNIT + CODES + (b & 1) * BLOCK;
            MemorySegment q0 = w.asSlice(w0 + codes, BLOCK - 64 + V);
            MemorySegment q1 = w.asSlice(w1 + codes, BLOCK - 64 + V);
            MemorySegment a = scratch.asSlice(record + b * (long) Rows.PAIR32_BYTES, Rows.PAIR32_BYTES);
            MemorySegment t = scratch.asSlice(Tile.SUMS + b * Panel.STEP, Panel.STEP);
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            for (int u = 0; u < 4; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, q0, u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, q1, u * 64L, Lanes.LE);
                for (int i = 0; i < 4; i++) {
                    ShortVector p = IntVector.broadcast(I, a.get(Lanes.INT, u * 4L + i * 16L)).reinterpretAsShorts();
                    s0 = s0.add(x0.and(CODE).reinterpretAsShorts().mul(p));
                    s1 = s1.add(x1.and(CODE).reinterpretAsShorts().mul(p));
                    x0 = x0.lanewise(LSHR, 4);
                    x1 = x1.lanewise(LSHR, 4);
                }
            }
            s0.intoMemorySegment(t, 0, Lanes.LE);
            s1.intoMemorySegment(t, V, Lanes.LE);
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
        for (int u = 0; u < 4; u++) {
            IntVector x = IntVector.fromMemorySegment(I, q, u * 64L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                // Byte i of the word: its lower half is element 4u + i, its upper half element 16 + 4u + i.
                long low = (8L * i + u) * Panel.STEP;
                ((FloatVector) x.and(15).convert(I2F, 0)).sub(8f).intoMemorySegment(p, low, Lanes.LE);
                ((FloatVector) x.lanewise(LSHR, 4).and(15).convert(I2F, 0)).sub(8f)
                        .intoMemorySegment(p,
                                low + 4 * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
            }
        }
    }
}
