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
 * Q6_K, packed by {@link PackQ6K}: {@code acc = fma(sum of scale * (q - 32) * a, d * s, acc)} per block of 256.
 *
 * <p>In half h, the words w of the low bits (A), w + 8 of the low bits (B) and w of the high bits (C) belong together: bytes i
 * of them make element 4w + i of the blocks of 32 number 4h (lower half of A, bits 0, 1 of C), 4h + 1 (lower half of B, bits
 * 2, 3), 4h + 2 (upper half of A, bits 4, 5) and 4h + 3 (upper half of B, bits 6, 7). A sub-block of 16 is 4 words of one of
 * these; its 8 products per int16 are at most 8 · 32 · 127 = 32512.
 */
final class MicroQ6K extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    /** Four low and two high bits of a code, in both int16 of a lane. */
    private static final int LOW = 0x000F000F;
    private static final int HIGH = 0x00300030;
    private static final short ZERO = 32;

    @Override
    public long chunkBytes() {
        return PackQ6K.UNIT_BYTES;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        Panel.clear(scratch, outAt, Panel.STEP);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long u0 = w0 + b * (long) PackQ6K.UNIT_BYTES;
            long u1 = w1 + b * (long) PackQ6K.UNIT_BYTES;
            long record = rowAt + b * (long) Rows.PAIR_BYTES;
            sums(w, u0, scratch, record, Tile.SUMS);
            sums(w, u1, scratch, record, Tile.SUMS + V);
            float d = scratch.get(Lanes.FLOAT, record + Rows.PAIR_SCALE);
            Fold.rowSuperBlock(w, u0 + PackQ6K.D, u1 + PackQ6K.D, d, scratch, outAt);
        }
    }

    /** The sum of scale * (q - 32) * a of one vector of rows, converted once. */
    private static void sums(MemorySegment w, long w0, MemorySegment scratch, long record, long to) {
        MemorySegment unit = w.asSlice(w0, PackQ6K.UNIT_BYTES - 64 + V);
        MemorySegment a = scratch.asSlice(record, Rows.PAIR_BYTES);
        IntVector sum = IntVector.zero(I);
        for (int hs = 0; hs < 4; hs++) {
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            ShortVector s2 = s0;
            ShortVector s3 = s0;
            for (int u = 0; u < 4; u++) {
                long at = PackQ6K.CODES + (hs * 4L + u) * PackQ6K.STEP;
                // Half h is hs / 2, word w is 4 (hs % 2) + u; E of block 4h, then O; 64 bytes to the next block.
                long pairs = (hs >> 1) * 256L + (hs & 1) * 16L + u * 4L;
                IntVector x = IntVector.fromMemorySegment(I, unit, at, Lanes.LE);
                IntVector y = IntVector.fromMemorySegment(I, unit, at + 64, Lanes.LE);
                IntVector z = IntVector.fromMemorySegment(I, unit, at + 128, Lanes.LE);
                for (int i = 0; i < 2; i++) {
                    long p = pairs + i * 32L;
                    s0 = s0.add(x.and(LOW)
                            .or(z.lanewise(LSHL, 4).and(HIGH))
                            .reinterpretAsShorts()
                            .sub(ZERO)
                            .mul(IntVector.broadcast(I, a.get(Lanes.INT, p)).reinterpretAsShorts()));
                    s1 = s1.add(y.and(LOW)
                            .or(z.lanewise(LSHL, 2).and(HIGH))
                            .reinterpretAsShorts()
                            .sub(ZERO)
                            .mul(IntVector.broadcast(I, a.get(Lanes.INT, p + 64)).reinterpretAsShorts()));
                    s2 = s2.add(x.lanewise(LSHR, 4)
                            .and(LOW)
                            .or(z.and(HIGH))
                            .reinterpretAsShorts()
                            .sub(ZERO)
                            .mul(IntVector.broadcast(I, a.get(Lanes.INT, p + 128)).reinterpretAsShorts()));
                    s3 = s3.add(y.lanewise(LSHR, 4)
                            .and(LOW)
                            .or(z.lanewise(LSHR, 2).and(HIGH))
                            .reinterpretAsShorts()
                            .sub(ZERO)
                            .mul(IntVector.broadcast(I, a.get(Lanes.INT, p + 192)).reinterpretAsShorts()));
                    x = x.lanewise(LSHR, 8);
                    y = y.lanewise(LSHR, 8);
                    z = z.lanewise(LSHR, 8);
                }
            }
            // Sub-blocks 8h + 2j + s of the four sums j: bytes 2j + s of the 8 in words 2h and 2h + 1.
            IntVector scales = IntVector.fromMemorySegment(I, unit, (hs >> 1) * 128L, Lanes.LE)
                    .lanewise(LSHL, 8 - ((hs & 1) << 3));
            IntVector n = s0.reinterpretAsInts();
            sum = sum.add(n.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(n.lanewise(ASHR, 16))
                    .mul(scales.lanewise(LSHL, 16).lanewise(ASHR, 24)));
            n = s1.reinterpretAsInts();
            sum = sum.add(n.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(n.lanewise(ASHR, 16))
                    .mul(scales.lanewise(ASHR, 24)));
            scales = IntVector.fromMemorySegment(I, unit, (hs >> 1) * 128L + 64, Lanes.LE)
                    .lanewise(LSHL, 8 - ((hs & 1) << 3));
            n = s2.reinterpretAsInts();
            sum = sum.add(n.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(n.lanewise(ASHR, 16))
                    .mul(scales.lanewise(LSHL, 16).lanewise(ASHR, 24)));
            n = s3.reinterpretAsInts();
            sum = sum.add(n.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(n.lanewise(ASHR, 16))
                    .mul(scales.lanewise(ASHR, 24)));
        }
        ((FloatVector) sum.convert(I2F, 0)).intoMemorySegment(scratch, to, Lanes.LE);
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        long vectorAt = (long) vector * V;
        MemorySegment unit = w.asSlice(w0, PackQ6K.UNIT_BYTES - 64 + V);
        FloatVector.fromMemorySegment(F, unit, PackQ6K.D, Lanes.LE)
                .intoMemorySegment(scratch, Panel.SCALES + vectorAt, Lanes.LE);
        for (int hs = 0; hs < 4; hs++) {
            quarter(w, w0, hs, scratch, vectorAt);
        }
    }

    /** Decodes 4 words each of A, B and C: a sub-block of four blocks of 32, times their scales. */
    private static void quarter(MemorySegment w, long w0, int hs, MemorySegment scratch, long vectorAt) {
        MemorySegment unit = w.asSlice(w0, PackQ6K.UNIT_BYTES - 64 + V);
        MemorySegment q = unit.asSlice(PackQ6K.CODES + hs * 4L * PackQ6K.STEP, 4 * PackQ6K.STEP - 64 + V);
        MemorySegment p = scratch.asSlice(Panel.AT + ((hs >> 1) * 128 + (hs & 1) * 4) * Panel.STEP + vectorAt,
                123 * Panel.STEP + V);
        int shift = 8 - ((hs & 1) << 3);
        IntVector low = IntVector.fromMemorySegment(I, unit, (hs >> 1) * 128L, Lanes.LE).lanewise(LSHL, shift);
        IntVector high = IntVector.fromMemorySegment(I, unit, (hs >> 1) * 128L + 64, Lanes.LE).lanewise(LSHL, shift);
        FloatVector d0 = (FloatVector) low.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
        FloatVector d1 = (FloatVector) low.lanewise(ASHR, 24).convert(I2F, 0);
        FloatVector d2 = (FloatVector) high.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0);
        FloatVector d3 = (FloatVector) high.lanewise(ASHR, 24).convert(I2F, 0);
        for (int u = 0; u < 4; u++) {
            IntVector x = IntVector.fromMemorySegment(I, q, u * (long) PackQ6K.STEP, Lanes.LE);
            IntVector y = IntVector.fromMemorySegment(I, q, u * (long) PackQ6K.STEP + 64, Lanes.LE);
            IntVector z = IntVector.fromMemorySegment(I, q, u * (long) PackQ6K.STEP + 128, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                long to = (8L * i + u) * Panel.STEP;
                ((FloatVector) x.and(15).or(z.lanewise(LSHL, 4).and(48)).convert(I2F, 0)).sub(32f)
                        .mul(d0)
                        .intoMemorySegment(p, to, Lanes.LE);
                ((FloatVector) y.and(15).or(z.lanewise(LSHL, 2).and(48)).convert(I2F, 0)).sub(32f)
                        .mul(d1)
                        .intoMemorySegment(p, to + 32 * Panel.STEP, Lanes.LE);
                ((FloatVector) x.lanewise(LSHR, 4).and(15).or(z.and(48)).convert(I2F, 0)).sub(32f)
                        .mul(d2)
                        .intoMemorySegment(p, to + 64 * Panel.STEP, Lanes.LE);
                ((FloatVector) y.lanewise(LSHR, 4).and(15).or(z.lanewise(LSHR, 2).and(48)).convert(I2F, 0)).sub(32f)
                        .mul(d3)
                        .intoMemorySegment(p, to + 96 * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
                y = y.lanewise(LSHR, 8);
                z = z.lanewise(LSHR, 8);
            }
        }
    }
}
