package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q4_K, packed by {@link PackQ4K}: per block of 256, {@code acc = fma(sum of scale * q * a, d * s, acc)}, then
 * {@code acc = fma(-dmin * s, sum of min * a, acc)}.
 *
 * <p>Words 8g … 8g + 7 have sub-block 2g in the lower halves of their bytes and sub-block 2g + 1 in the upper ones: seen as
 * two int16, word u holds the pairs E[u] of both at bits 0 and 4, O[u] of both at bits 8 and 12. A sub-block's 16 products
 * of at most 15 · 127 fit int16.
 */
final class MicroQ4K extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int CODE = 0x000F000F;
    private static final int GROUP = 8 * 64;

    @Override
    public long chunkBytes() {
        return PackQ4K.UNIT_BYTES;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        Panel.clear(scratch, outAt, Panel.STEP);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long u0 = w0 + b * (long) PackQ4K.UNIT_BYTES;
            long u1 = w1 + b * (long) PackQ4K.UNIT_BYTES;
            long record = rowAt + b * (long) Rows.PAIR_BYTES;
            float d = scratch.get(Lanes.FLOAT, record + Rows.PAIR_SCALE);
            sums(w, u0, u1, scratch, record);
            PairSums.scaled(w, u0, 8, scratch, 0);
            PairSums.scaled(w, u1, 8, scratch, V);
            Fold.rowSuperBlock(w, u0 + PackQ4K.D, u1 + PackQ4K.D, d, scratch, outAt);
            mins(w, u0 + PackQ4K.MINS, scratch, record, 0);
            mins(w, u1 + PackQ4K.MINS, scratch, record, V);
            Fold.rowSuperBlock(w, u0 + PackQ4K.DMIN, u1 + PackQ4K.DMIN, -d, scratch, outAt);
        }
    }

    /** The exact sums of q * a of 8 sub-blocks, two int16 to a lane, to {@link Tile#SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, MemorySegment scratch, long record) {
        for (int g = 0; g < 4; g++) {
            MemorySegment q0 = w.asSlice(w0 + PackQ4K.CODES + g * (long) GROUP, GROUP - 64 + V);
            MemorySegment q1 = w.asSlice(w1 + PackQ4K.CODES + g * (long) GROUP, GROUP - 64 + V);
            MemorySegment a = scratch.asSlice(record + g * 128L, 128);
            MemorySegment t = scratch.asSlice(Tile.SUMS + g * 2 * Panel.STEP, 2 * Panel.STEP);
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            ShortVector t0 = s0;
            ShortVector t1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, q0, u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, q1, u * 64L, Lanes.LE);
                for (int i = 0; i < 2; i++) {
                    ShortVector p = IntVector.broadcast(I, a.get(Lanes.INT, u * 4L + i * 32L)).reinterpretAsShorts();
                    s0 = s0.add(x0.and(CODE).reinterpretAsShorts().mul(p));
                    s1 = s1.add(x1.and(CODE).reinterpretAsShorts().mul(p));
                    p = IntVector.broadcast(I, a.get(Lanes.INT, u * 4L + i * 32L + 64)).reinterpretAsShorts();
                    t0 = t0.add(x0.lanewise(LSHR, 4).and(CODE).reinterpretAsShorts().mul(p));
                    t1 = t1.add(x1.lanewise(LSHR, 4).and(CODE).reinterpretAsShorts().mul(p));
                    x0 = x0.lanewise(LSHR, 8);
                    x1 = x1.lanewise(LSHR, 8);
                }
            }
            s0.intoMemorySegment(t, 0, Lanes.LE);
            s1.intoMemorySegment(t, V, Lanes.LE);
            t0.intoMemorySegment(t, 2 * V, Lanes.LE);
            t1.intoMemorySegment(t, 3 * V, Lanes.LE);
        }
    }

    /** The sum of min * a, to {@link Tile#SUMS}. */
    private static void mins(MemorySegment w, long at, MemorySegment scratch, long record, long vectorAt) {
        MemorySegment words = w.asSlice(at, 64 + V);
        MemorySegment a = scratch.asSlice(record + Rows.PAIR_SUMS32, 32);
        IntVector sum = IntVector.zero(I);
        for (int j = 0; j < 8; j++) {
            sum = sum.add(IntVector.fromMemorySegment(I, words, (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHR, (j & 3) << 3)
                    .and(255)
                    .mul(a.get(Lanes.INT, 4L * j)));
        }
        ((FloatVector) sum.convert(I2F, 0)).intoMemorySegment(scratch, Tile.SUMS + vectorAt, Lanes.LE);
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        long vectorAt = (long) vector * V;
        MemorySegment unit = w.asSlice(w0, PackQ4K.UNIT_BYTES - 64 + V);
        FloatVector.fromMemorySegment(F, unit, PackQ4K.D, Lanes.LE)
                .intoMemorySegment(scratch, Panel.SCALES + vectorAt, Lanes.LE);
        FloatVector.fromMemorySegment(F, unit, PackQ4K.DMIN, Lanes.LE)
                .neg()
                .intoMemorySegment(scratch, Panel.MINS + vectorAt, Lanes.LE);
        for (int j = 0; j < 8; j++) {
            FloatVector min = (FloatVector) IntVector
                    .fromMemorySegment(I, unit, PackQ4K.MINS + (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHR, (j & 3) << 3)
                    .and(255)
                    .convert(I2F, 0);
            min.intoMemorySegment(scratch, Panel.SUB_MINS + j * Panel.STEP + vectorAt, Lanes.LE);
        }
        for (int g = 0; g < 4; g++) {
            group(w, w0, g, scratch, vectorAt);
        }
    }

    /** Decodes sub-blocks 2g and 2g + 1, times their scales. */
    private static void group(MemorySegment w, long w0, int g, MemorySegment scratch, long vectorAt) {
        MemorySegment unit = w.asSlice(w0, PackQ4K.UNIT_BYTES - 64 + V);
        MemorySegment q = unit.asSlice(PackQ4K.CODES + (long) g * GROUP, GROUP - 64 + V);
        MemorySegment p = scratch.asSlice(Panel.AT + g * 64 * Panel.STEP + vectorAt, 63 * Panel.STEP + V);
        IntVector scales = IntVector.fromMemorySegment(I, unit, (g >> 1) * 64L, Lanes.LE)
                .lanewise(LSHR,
                        (g & 1) << 4);
        FloatVector scaleLow = (FloatVector) scales.and(255).convert(I2F, 0);
        FloatVector scaleHigh = (FloatVector) scales.lanewise(LSHR, 8).and(255).convert(I2F, 0);
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(I, q, u * 64L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                long low = (8L * i + u) * Panel.STEP;
                ((FloatVector) x.and(15).convert(I2F, 0)).mul(scaleLow).intoMemorySegment(p, low, Lanes.LE);
                ((FloatVector) x.lanewise(LSHR, 4).and(15).convert(I2F, 0)).mul(scaleHigh)
                        .intoMemorySegment(p, low + 32 * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
            }
        }
    }

    @Override
    public void multiply(MemorySegment scratch, long at, long outAt) {
        Tile.sums(scratch, at);
        Fold.smallSuperBlock(scratch, true, at, outAt, 0);
        Fold.smallSuperBlock(scratch, true, at, outAt, 1);
    }
}
