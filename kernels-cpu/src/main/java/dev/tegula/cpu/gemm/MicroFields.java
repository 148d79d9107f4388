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
 * {@code acc = fma(sum of (q - z) * a, d * s, acc)} per group of 32 or 128.
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
    /** Blocks of 32 that have one scale, of weights and of activations. */
    private final int each;

    MicroFields(PackFields packing) {
        this.packing = packing;
        this.fields = packing.fields();
        this.bits = fields.bits();
        this.less = bits == 8 ? 128 : 0;
        this.each = fields.group() / PackFields.BLOCK;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        if (each == 1) {
            Rows.pairs32(x, from, k, scratch.ints(), pairsRow(k, row));
        } else {
            Rows.pairs128(x, from, k, scratch.ints(), pairsRow(k, row));
        }
    }

    @Override
    public void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        if (each == 1) {
            Rows.floats32(x, from, k0, count / 32, scratch.floats(), Rows.floatsAt(row));
        } else {
            Rows.floats128(x, from, k0, count / 128, scratch.floats(), Rows.floatsAt(row));
        }
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        if (each == 1) {
            super.multiply(scratch, row, outAt, rows);
            return;
        }
        float[] floats = scratch.floats();
        int at = Rows.floatsAt(row);
        // Sums of 128 products are at most 128 * 255 * 127, below 2^24.
        Tile.sums(scratch.bytes(), floats, at, rows, 128);
        Fold.groups(floats, at, outAt, rows, 0);
        Fold.groups(floats, at, outAt, rows, 1);
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
        fold(scratch.ints(), record, blocks, each, scratch.floats(), outAt, vector);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        int blocks = count / PackFields.BLOCK;
        Panel.clearFrom(panel, scratch.floats(), blocks, 32);
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

    /** Scales of the groups to {@link Memory#SCALES}, zero points of the blocks to {@link Memory#INT_ZEROS}. */
    private void header(MemorySegment w, long w0, int k, int k0, int blocks, Scratch scratch, int vector) {
        Halves.scales(w, w0 + packing.scales(k0 / fields.group()), 64, blocks / each, scratch.floats(),
                Memory.SCALES + vector * V);
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

    /** {@code c = fma(isum - z * asum, dW * dA, c)} for each group in order, whose sums are those of its blocks. */
    private static void fold(int[] n, int record, int blocks, int each, float[] f, int outAt, int vector) {
        FloatVector c = FloatVector.fromArray(F, f, outAt + vector * V);
        for (int g = 0; g * each < blocks; g++) {
            IntVector sum = IntVector.zero(I);
            float scale = Float.intBitsToFloat(n[record + g * each * Rows.PAIRS32 + Rows.PAIRS32_SCALE]);
            for (int b = g * each; b < (g + 1) * each; b++) {
                int asum = n[record + b * Rows.PAIRS32 + Rows.PAIRS32_SUM];
                IntVector zero = IntVector.fromArray(I, n, Memory.INT_ZEROS + b * V).mul(asum);
                sum = sum.add(IntVector.fromArray(I, n, Memory.INT_TOTALS + b * V)).sub(zero);
            }
            c = ((FloatVector) sum.convert(I2F, 0)).fma(
                    FloatVector.fromArray(F, f, Memory.SCALES + g * Tile.STEP + vector * V).mul(scale), c);
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
