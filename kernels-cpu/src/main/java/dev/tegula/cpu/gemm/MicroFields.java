package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.Fields;
import dev.tegula.tile.PackFields;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Integers of 1 to 8 bits with a scale per group, packed by {@link PackFields}:
 * {@code acc = fma(sum of (q - z) * a, d * s, acc)} per block of 32.
 *
 * <p>The planes of a block become bytes, the elements 4u … 4u + 3 in word u, in memory; what comes after is the same for all
 * widths. GEMV multiplies in int16: two products of at most 128 · 127, or 16 of codes of up to 4 bits, and the zero point is
 * taken off through the activations' block sum.
 */
final class MicroFields extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final int CHUNK = Rows.LENGTH / PackFields.BLOCK;
    /** The lower bytes of both int16 in a lane. */
    private static final int LOW = 0x00FF00FF;

    private final PackFields packing;
    private final Fields fields;
    private final int bits;
    /** What the packing took off codes of 8 bits. */
    private final int less;

    MicroFields(PackFields packing) {
        this.packing = packing;
        this.fields = packing.fields();
        this.bits = fields.bits();
        this.less = bits == 8 ? 128 : 0;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            int blocks = Math.min(CHUNK, (k - k0) / PackFields.BLOCK);
            int record = pairsRow(k, row) + k0 / PackFields.BLOCK * Rows.PAIRS32;
            chunk(w, w0, k, k0, blocks, scratch, 0);
            products(n, record, blocks, f, outAt, 0);
            chunk(w, w1, k, k0, blocks, scratch, 1);
            products(n, record, blocks, f, outAt, 1);
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        int blocks = count / PackFields.BLOCK;
        Panel.clearFrom(panel, scratch.floats(), blocks);
        chunk(w, w0, k, k0, blocks, scratch, vector);
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int b = 0; b < blocks; b++) {
            block(scratch.ints(), b, panel, to + b * 32 * Panel.STEP);
        }
    }

    /** Scales to {@link Memory#SCALES}, codes to {@link Memory#INT_WORDS}, zero points to {@link Memory#INT_ZEROS}. */
    private void chunk(MemorySegment w, long w0, int k, int k0, int blocks, Scratch scratch, int vector) {
        int[] n = scratch.ints();
        scales(w, w0, k0, blocks, scratch.floats(), Memory.SCALES + vector * V);
        long codes = w0 + packing.codes(k) + k0 / PackFields.BLOCK * bits * 64L;
        int at = 0;
        for (int p = 8; p > 0; p >>= 1) {
            if ((bits & p) != 0) {
                if (at == 0) {
                    first(w, codes, bits * 64L, blocks, p, n);
                } else {
                    next(w, codes + at * 64L, bits * 64L, blocks, p, at, n);
                }
                at += p;
            }
        }
        if (fields.hasZero()) {
            zeros(w, w0 + packing.zeros(k), k0, blocks, n);
        } else {
            Arrays.fill(n, Memory.INT_ZEROS, Memory.INT_ZEROS + blocks * V, -fields.low() - less);
        }
    }

    /** One scale for each block, a vector each, {@link Tile#STEP} apart. */
    private void scales(MemorySegment w, long w0, int k0, int blocks, float[] f, int to) {
        int each = fields.group() / PackFields.BLOCK;
        Halves.scales(w, w0 + packing.scales(k0 / fields.group()), blocks / each, f, to);
        for (int b = blocks - 1; b > 0 && each > 1; b--) {
            FloatVector.fromArray(F, f, to + b / each * Tile.STEP).intoArray(f, to + b * Tile.STEP);
        }
    }

    /** The fields of the widest plane, p bits each, to bytes. */
    private static void first(MemorySegment w, long at, long blockBytes, int blocks, int p, int[] n) {
        int mask = ((1 << p) - 1) * 0x01010101;
        for (int b = 0; b < blocks; b++) {
            for (int u = 0; u < 8; u++) {
                IntVector.fromMemorySegment(I, w, at + b * blockBytes + (u & p - 1) * 64L, Lanes.LE)
                        .lanewise(LSHR, u & -p)
                        .and(mask)
                        .intoArray(n, Memory.INT_WORDS + (8 * b + u) * V);
            }
        }
    }

    /** The fields of another plane above the bits that are there. */
    private static void next(MemorySegment w, long at, long blockBytes, int blocks, int p, int shift, int[] n) {
        int mask = ((1 << p) - 1) * 0x01010101;
        for (int b = 0; b < blocks; b++) {
            for (int u = 0; u < 8; u++) {
                IntVector.fromMemorySegment(I, w, at + b * blockBytes + (u & p - 1) * 64L, Lanes.LE)
                        .lanewise(LSHR, u & -p)
                        .and(mask)
                        .lanewise(LSHL, shift)
                        .or(IntVector.fromArray(I, n, Memory.INT_WORDS + (8 * b + u) * V))
                        .intoArray(n, Memory.INT_WORDS + (8 * b + u) * V);
            }
        }
    }

    private void zeros(MemorySegment w, long at, int k0, int blocks, int[] n) {
        for (int b = 0; b < blocks; b++) {
            int g = (k0 + b * PackFields.BLOCK) / fields.group();
            IntVector.fromMemorySegment(I, w, at + g / 4 * 64L, Lanes.LE)
                    .lanewise(LSHR, 8 * (g & 3))
                    .and(0xFF)
                    .sub(less)
                    .intoArray(n, Memory.INT_ZEROS + b * V);
        }
    }

    private void products(int[] n, int record, int blocks, float[] f, int outAt, int vector) {
        if (bits <= 4) {
            narrow(n, record, blocks);
        } else {
            wide(n, record, blocks);
        }
        fold(n, record, blocks, f, outAt, vector);
    }

    /** The exact sums of blocks of codes of up to 4 bits, to {@link Memory#INT_SUMS}. */
    private static void narrow(int[] n, int record, int blocks) {
        for (int b = 0; b < blocks; b++) {
            int a = record + b * Rows.PAIRS32;
            ShortVector s = ShortVector.zero(Lanes.I16);
            for (int u = 0; u < 8; u++) {
                IntVector x = IntVector.fromArray(I, n, Memory.INT_WORDS + (8 * b + u) * V);
                s = s.add(x.and(LOW).reinterpretAsShorts().mul(IntVector.broadcast(I, n[a + u]).reinterpretAsShorts()))
                        .add(x.lanewise(LSHR, 8)
                                .and(LOW)
                                .reinterpretAsShorts()
                                .mul(IntVector.broadcast(I, n[a + 8 + u]).reinterpretAsShorts()));
            }
            IntVector m = s.reinterpretAsInts();
            m.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(m.lanewise(ASHR, 16))
                    .intoArray(n, Memory.INT_SUMS + b * V);
        }
    }

    /** The same of codes that are signed bytes. */
    private static void wide(int[] n, int record, int blocks) {
        for (int b = 0; b < blocks; b++) {
            int a = record + b * Rows.PAIRS32;
            IntVector s = IntVector.zero(I);
            for (int u = 0; u < 8; u++) {
                ShortVector x = IntVector.fromArray(I, n, Memory.INT_WORDS + (8 * b + u) * V).reinterpretAsShorts();
                IntVector m = x.lanewise(LSHL, 8)
                        .lanewise(ASHR, 8)
                        .mul(IntVector.broadcast(I, n[a + u]).reinterpretAsShorts())
                        .add(x.lanewise(ASHR, 8)
                                .mul(IntVector.broadcast(I, n[a + 8 + u]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                s = s.add(m.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(m.lanewise(ASHR, 16));
            }
            s.intoArray(n, Memory.INT_SUMS + b * V);
        }
    }

    /** {@code c = fma(isum - z * asum, dW * dA, c)} for each block in order. */
    private static void fold(int[] n, int record, int blocks, float[] f, int outAt, int vector) {
        FloatVector c = FloatVector.fromArray(F, f, outAt + vector * V);
        for (int b = 0; b < blocks; b++) {
            int block = record + b * Rows.PAIRS32;
            float scale = Float.intBitsToFloat(n[block + Rows.PAIRS32_SCALE]);
            IntVector zero = IntVector.fromArray(I, n, Memory.INT_ZEROS + b * V).mul(n[block + Rows.PAIRS32_SUM]);
            IntVector sum = IntVector.fromArray(I, n, Memory.INT_SUMS + b * V).sub(zero);
            c = ((FloatVector) sum.convert(I2F, 0)).fma(
                    FloatVector.fromArray(F, f, Memory.SCALES + b * Tile.STEP + vector * V).mul(scale), c);
        }
        c.intoArray(f, outAt + vector * V);
    }

    /** A block of the panel: codes less their zero point, of at most 255 in magnitude. */
    private static void block(int[] n, int b, MemorySegment p, long to) {
        for (int u = 0; u < 8; u++) {
            FloatVector zero = (FloatVector) IntVector.fromArray(I, n, Memory.INT_ZEROS + b * V).convert(I2F, 0);
            IntVector x = IntVector.fromArray(I, n, Memory.INT_WORDS + (8 * b + u) * V);
            for (int i = 3; i >= 0; i--) {
                ((FloatVector) x.lanewise(ASHR, 24).convert(I2F, 0)).sub(zero)
                        .intoMemorySegment(p, to + (8 * i + u) * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHL, 8);
            }
        }
    }
}
