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
import jdk.incubator.vector.VectorSpecies;

/**
 * Integers of 1 to 8 bits with a scale per group, packed by {@link PackFields}:
 * {@code acc = fma(sum of (q - z) * a, d * s, acc)} per block of 32.
 *
 * <p>GEMV multiplies plane by plane ({@link PlaneSums}), and the zero point is taken off through the activations' block sum.
 * For GEMM the planes become bytes, the elements 4u … 4u + 3 in word u, and those F32 in the panel.
 */
final class MicroFields extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final int CHUNK = Rows.LENGTH / PackFields.BLOCK;
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
        Arrays.fill(scratch.floats(), outAt, outAt + Tile.STEP, 0f);
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            int blocks = Math.min(CHUNK, (k - k0) / PackFields.BLOCK);
            int record = pairsRow(k, row) + k0 / PackFields.BLOCK * Rows.PAIRS32;
            products(w, w0, k, k0, blocks, scratch, record, outAt, 0);
            products(w, w1, k, k0, blocks, scratch, record, outAt, 1);
        }
    }

    private void products(MemorySegment w, long w0, int k, int k0, int blocks, Scratch scratch, int record, int outAt,
            int vector) {
        header(w, w0, k, k0, blocks, scratch, vector);
        long codes = codes(w0, k, k0);
        int at = 0;
        for (int p = 8; p > 0; p >>= 1) {
            if ((bits & p) != 0) {
                PlaneSums.add(w, codes + at * 64L, bits * 64L, blocks, p, at, scratch.ints(), record, vector);
                at += p;
            }
        }
        fold(scratch.ints(), record, blocks, scratch.floats(), outAt, vector);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        int blocks = count / PackFields.BLOCK;
        Panel.clearFrom(panel, scratch.floats(), blocks);
        header(w, w0, k, k0, blocks, scratch, vector);
        words(w, codes(w0, k, k0), blocks, scratch.ints());
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int b = 0; b < blocks; b++) {
            block(scratch.ints(), b, panel, to + b * 32 * Panel.STEP);
        }
    }

    private long codes(long w0, int k, int k0) {
        return w0 + packing.codes(k) + k0 / PackFields.BLOCK * bits * 64L;
    }

    /** Scales to {@link Memory#SCALES}, zero points to {@link Memory#INT_ZEROS}. */
    private void header(MemorySegment w, long w0, int k, int k0, int blocks, Scratch scratch, int vector) {
        scales(w, w0, k0, blocks, scratch.floats(), Memory.SCALES + vector * V);
        int[] n = scratch.ints();
        if (fields.hasZero()) {
            zeros(w, w0 + packing.zeros(k), k0, blocks, n);
        } else {
            Arrays.fill(n, Memory.INT_ZEROS, Memory.INT_ZEROS + blocks * V, -fields.low() - less);
        }
    }

    /** Codes as bytes to {@link Memory#INT_WORDS}. */
    private void words(MemorySegment w, long codes, int blocks, int[] n) {
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
                int to = Memory.INT_WORDS + (8 * b + u) * V;
                IntVector.fromMemorySegment(I, w, at + b * blockBytes + (u & p - 1) * 64L, Lanes.LE)
                        .lanewise(LSHR, u & -p)
                        .and(mask)
                        .lanewise(LSHL, shift)
                        .or(IntVector.fromArray(I, n, to))
                        .intoArray(n, to);
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

    /** {@code c = fma(isum - z * asum, dW * dA, c)} for each block in order. */
    private static void fold(int[] n, int record, int blocks, float[] f, int outAt, int vector) {
        FloatVector c = FloatVector.fromArray(F, f, outAt + vector * V);
        for (int b = 0; b < blocks; b++) {
            int block = record + b * Rows.PAIRS32;
            float scale = Float.intBitsToFloat(n[block + Rows.PAIRS32_SCALE]);
            IntVector zero = IntVector.fromArray(I, n, Memory.INT_ZEROS + b * V).mul(n[block + Rows.PAIRS32_SUM]);
            IntVector sum = IntVector.fromArray(I, n, Memory.INT_TOTALS + b * V).sub(zero);
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
