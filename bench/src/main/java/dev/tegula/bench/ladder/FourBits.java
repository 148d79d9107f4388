package dev.tegula.bench.ladder;

import dev.tegula.bench.ladder.Product.Answer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Step 8: weights of four bits. Of a column, 32 elements of k share a scale and are integers from −7 to 7; the rows of a are integers of eight bits with a scale per 32 too. A
 * block's products are at most 7 · 127, so that 32 of them fit 16 bits: they are added up exactly, in vectors with twice as many lanes as floats, and become a float once per block.
 * Memory has a sixth of the bytes to bring, which is what a single row waits for.
 *
 * <pre>
 *   panel: a vector of shorts of columns wide; per block   COLS scales (F32)   16 × COLS bytes, row l in the low halves, row l + 16 in the high ones
 *   lane 2r of shorts is column r, lane 2r + 1 column r + COLS / 2: the even and the odd lanes become two vectors of floats by shifts
 * </pre>
 */
class FourBits extends OwnStep {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
    /** As many lanes as shorts have. */
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class,
            VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int ROWS = 4;
    /** Elements of k in a block. */
    static final int BLOCK = 32;
    /** Columns of a panel. */
    static final int COLS = SHORTS.length();
    private static final int HALF_BYTES = FLOATS.vectorByteSize();
    private static final int SCALE_BYTES = COLS * Float.BYTES;
    private static final int BLOCK_BYTES = SCALE_BYTES + BLOCK / 2 * COLS;

    final int panels;
    private final int blocks;
    private final int stride;
    private final MemorySegment codes;
    private final MemorySegment scales;
    private final MemorySegment weights;
    private final MemorySegment c;

    FourBits(Product product) {
        super(product);
        blocks = Math.ceilDiv(k, BLOCK);
        panels = Math.ceilDiv(n, COLS);
        stride = panels * COLS;
        codes = allocate(2L * m * blocks * BLOCK);
        scales = allocate(4L * m * blocks);
        weights = allocate((long) panels * blocks * BLOCK_BYTES);
        c = allocate(4L * m * stride);
        for (int i = 0; i < m; i++) {
            for (int g = 0; g < blocks; g++) {
                encodeRow(i, g);
            }
        }
        for (int j = 0; j < n; j++) {
            for (int g = 0; g < blocks; g++) {
                encodeColumn(j, g);
            }
        }
    }

    private float a(int i, int l) {
        return l < k ? product.a()[i * k + l] : 0;
    }

    private float b(int l, int j) {
        return l < k ? product.b()[l * n + j] : 0;
    }

    private void encodeRow(int i, int g) {
        float most = 0;
        for (int l = 0; l < BLOCK; l++) {
            most = Math.max(most, Math.abs(a(i, g * BLOCK + l)));
        }
        float scale = most / 127;
        scales.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * blocks + g, scale);
        for (int l = 0; l < BLOCK; l++) {
            int code = scale == 0 ? 0 : Math.round(a(i, g * BLOCK + l) / scale);
            codes.setAtIndex(ValueLayout.JAVA_SHORT, ((long) i * blocks + g) * BLOCK + l, (short) code);
        }
    }

    private void encodeColumn(int j, int g) {
        float most = 0;
        for (int l = 0; l < BLOCK; l++) {
            most = Math.max(most, Math.abs(b(g * BLOCK + l, j)));
        }
        float scale = most / 7;
        int col = j % COLS;
        int lane = col < COLS / 2 ? 2 * col : 2 * (col - COLS / 2) + 1;
        long at = blockAt(j / COLS, g);
        weights.set(ValueLayout.JAVA_FLOAT, at + 4L * col, scale);
        for (int l = 0; l < BLOCK / 2; l++) {
            int low = scale == 0 ? 0 : Math.round(b(g * BLOCK + l, j) / scale);
            int high = scale == 0 ? 0 : Math.round(b(g * BLOCK + l + BLOCK / 2, j) / scale);
            weights.set(ValueLayout.JAVA_BYTE, at + SCALE_BYTES + (long) l * COLS + lane,
                    (byte) (high << 4 | low & 0xF));
        }
    }

    private long blockAt(int panel, int block) {
        return ((long) panel * blocks + block) * BLOCK_BYTES;
    }

    @Override
    public void run() {
        Room room = new Room();
        for (int panel = 0; panel < panels; panel++) {
            run(panel, room);
        }
    }

    /** What a thread needs for itself: a block of weights as shorts, and the sums of a tile. */
    static final class Room {
        private final short[] decoded = new short[BLOCK * COLS];
        private final short[] sums = new short[ROWS * COLS];
    }

    /** Computes the columns of a panel. */
    final void run(int panel, Room room) {
        for (int i = 0; i < m; i++) {
            c.asSlice(4L * ((long) i * stride + (long) panel * COLS), SCALE_BYTES).fill((byte) 0);
        }
        for (int g = 0; g < blocks; g++) {
            decode(blockAt(panel, g) + SCALE_BYTES, room.decoded);
            for (int i = 0; i < m; i += ROWS) {
                tile(i, Math.min(i + 1, m - 1), Math.min(i + 2, m - 1), Math.min(i + 3, m - 1), g, room);
                for (int r = 0; r < Math.min(ROWS, m - i); r++) {
                    fold(i + r, panel, g, room.sums, r * COLS);
                }
            }
        }
    }

    /** Halves of bytes to shorts, once for all rows. */
    private void decode(long at, short[] decoded) {
        for (int l = 0; l < BLOCK / 2; l++) {
            ShortVector pair = (ShortVector) ByteVector
                    .fromMemorySegment(BYTES, weights, at + (long) l * COLS, ORDER)
                    .convertShape(VectorOperators.B2S, SHORTS, 0);
            pair.lanewise(VectorOperators.LSHL, 12).lanewise(VectorOperators.ASHR, 12).intoArray(decoded, l * COLS);
            pair.lanewise(VectorOperators.ASHR, 4).intoArray(decoded, (l + BLOCK / 2) * COLS);
        }
    }

    private void tile(int i0, int i1, int i2, int i3, int g, Room room) {
        short[] decoded = room.decoded;
        short[] sums = room.sums;
        ShortVector s0 = ShortVector.zero(SHORTS);
        ShortVector s1 = s0;
        ShortVector s2 = s0;
        ShortVector s3 = s0;
        long a0 = 2L * BLOCK * ((long) i0 * blocks + g);
        long a1 = 2L * BLOCK * ((long) i1 * blocks + g);
        long a2 = 2L * BLOCK * ((long) i2 * blocks + g);
        long a3 = 2L * BLOCK * ((long) i3 * blocks + g);
        for (int l = 0; l < BLOCK; l++) {
            ShortVector w = ShortVector.fromArray(SHORTS, decoded, l * COLS);
            s0 = w.mul(ShortVector.broadcast(SHORTS, codes.get(ValueLayout.JAVA_SHORT, a0 + 2L * l))).add(s0);
            s1 = w.mul(ShortVector.broadcast(SHORTS, codes.get(ValueLayout.JAVA_SHORT, a1 + 2L * l))).add(s1);
            s2 = w.mul(ShortVector.broadcast(SHORTS, codes.get(ValueLayout.JAVA_SHORT, a2 + 2L * l))).add(s2);
            s3 = w.mul(ShortVector.broadcast(SHORTS, codes.get(ValueLayout.JAVA_SHORT, a3 + 2L * l))).add(s3);
        }
        s0.intoArray(sums, 0);
        s1.intoArray(sums, COLS);
        s2.intoArray(sums, 2 * COLS);
        s3.intoArray(sums, 3 * COLS);
    }

    /** Adds a row's sums of a block to c: the even lanes to the first half of the panel's columns, the odd ones to the second. */
    private void fold(int i, int panel, int g, short[] sums, int from) {
        long at = blockAt(panel, g);
        long to = 4L * ((long) i * stride + (long) panel * COLS);
        float scale = scales.get(ValueLayout.JAVA_FLOAT, 4L * ((long) i * blocks + g));
        IntVector pairs = ShortVector.fromArray(SHORTS, sums, from).reinterpretAsInts();
        FloatVector even = (FloatVector) pairs.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .convert(VectorOperators.I2F, 0);
        FloatVector odd = (FloatVector) pairs.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
        even.fma(FloatVector.fromMemorySegment(FLOATS, weights, at, ORDER).mul(scale),
                FloatVector.fromMemorySegment(FLOATS, c, to, ORDER)).intoMemorySegment(c, to, ORDER);
        odd.fma(FloatVector.fromMemorySegment(FLOATS, weights, at + HALF_BYTES, ORDER).mul(scale),
                FloatVector.fromMemorySegment(FLOATS, c, to + HALF_BYTES, ORDER))
                .intoMemorySegment(c, to + HALF_BYTES, ORDER);
    }

    /** The sums of the numbers as they are after rounding to codes; blocks are exact, so only scales and sums over blocks round. */
    @Override
    Answer expected() {
        double[] values = new double[m * n];
        double[] magnitudes = new double[m * n];
        for (int j = 0; j < n; j++) {
            for (int g = 0; g < blocks; g++) {
                int[] column = column(j, g);
                double scale = weights.get(ValueLayout.JAVA_FLOAT, blockAt(j / COLS, g) + 4L * (j % COLS));
                for (int i = 0; i < m; i++) {
                    long row = (long) i * blocks + g;
                    int sum = 0;
                    for (int l = 0; l < BLOCK; l++) {
                        sum += column[l] * codes.getAtIndex(ValueLayout.JAVA_SHORT, row * BLOCK + l);
                    }
                    double term = scale * scales.getAtIndex(ValueLayout.JAVA_FLOAT, row) * sum;
                    values[i * n + j] += term;
                    magnitudes[i * n + j] += Math.abs(term);
                }
            }
        }
        return Product.bounded(values, magnitudes, blocks + 1);
    }

    private int[] column(int j, int g) {
        int lane = j % COLS < COLS / 2 ? 2 * (j % COLS) : 2 * (j % COLS - COLS / 2) + 1;
        int[] column = new int[BLOCK];
        for (int l = 0; l < BLOCK / 2; l++) {
            int pair = weights.get(ValueLayout.JAVA_BYTE,
                    blockAt(j / COLS, g) + SCALE_BYTES + (long) l * COLS + lane);
            column[l] = pair << 28 >> 28;
            column[l + BLOCK / 2] = pair >> 4;
        }
        return column;
    }

    @Override
    long weightBytes() {
        return weights.byteSize();
    }

    @Override
    float result(int row, int col) {
        return c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * stride + col);
    }
}
