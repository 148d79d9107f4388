package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.GroupPacking;
import dev.tegula.tile.PackTq20;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The integers of {@link MicroTq20} by looking sums of two products up, for weights packed by single bytes
 * ({@code Packings.LOOKUP}): the nibble of two codes picks one of 16 sums, and 16 bytes are those of 16 rows. Sums need 9 bits,
 * so there is a table of low bytes and one of high ones ({@link Rows#tables256}).
 *
 * <p>All is added modulo 2^16, in int16 of the bytes at even places and of those at odd ones; sums of half a block, at most
 * 128 · 2 · 127, fit. Only rows that are multiplied one by one are looked up; a panel for many is decoded as other formats' are.
 *
 * <p>A group's 16 rows come out together: those of both vectors of 8 lanes, of one of 16, or the double of two of 4.
 */
final class MicroLookup extends MicroTq20 {
    private static final VectorSpecies<Byte> B = Lanes.I8;
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    /** Bytes of a row's codes that a vector has, of all 16 rows. */
    private static final int STEP = V / 4;
    /** Ints from a kind of table to the next. */
    private static final int TABLES = Rows.TABLES_SCALE / 4;
    private static final int HALF = 32;

    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        Rows.tables256(x, from, k, scratch.ints(), tablesRow(k, row));
    }

    private static int tablesRow(int k, int row) {
        return Memory.INT_ROWS + row * (k / Rows.LENGTH) * Rows.TABLES;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long unit = b * (long) PackTq20.UNIT_BYTES;
            int record = tablesRow(k, row) + b * Rows.TABLES;
            group(w, w0, unit, n, record, f, Memory.SUMS);
            if (V == GroupPacking.ROWS) {
                group(w, w1, unit, n, record, f, Memory.SUMS + V);
            }
            float d = Float.intBitsToFloat(n[record + Rows.TABLES_SCALE]);
            Fold.rowSuperBlock(w, w0 + unit, d, f, outAt, 0);
            Fold.rowSuperBlock(w, w1 + unit, d, f, outAt, 1);
        }
    }

    /** The row of its group that a vector begins with; Linear sees to it that groups begin at multiples of 64. */
    private static int firstRow(long w0) {
        return (int) (w0 % GroupPacking.LANE_BYTES) / 4;
    }

    /** The exact sums of (q - 1) * a of a group's rows from that of w0 on, as many as two vectors have at most. */
    private static void group(MemorySegment w, long w0, long unit, int[] n, int record, float[] f, int to) {
        int first = firstRow(w0);
        long codes = w0 - 4L * first + unit + PackTq20.CODES;
        Arrays.fill(n, Memory.INT_SUMS, Memory.INT_SUMS + 4 * V, 0);
        half(w, codes, n, record);
        half(w, codes + HALF * GroupPacking.ROWS, n, record + 4 * HALF);
        int rows = Math.min(GroupPacking.ROWS, 2 * V);
        for (int r = 0; r < rows; r++) {
            int at = Memory.INT_SUMS + (first + r) / 4 * V + (first + r) % 4;
            int sum = 0;
            for (int q = 0; q < V; q += 4) {
                sum += n[at + q];
            }
            f[to + r] = sum;
        }
    }

    /** Adds the sums of half a block to four vectors: lane 4 q + i of vector j has a share of row 4 j + i. */
    private static void half(MemorySegment w, long codes, int[] n, int tables) {
        // Which table of the vector's serves a byte.
        ByteVector table = ByteVector.zero(B).addIndex(1).and((byte) 0xF0);
        ShortVector all = ShortVector.zero(Lanes.I16);
        ShortVector odd = all;
        ByteVector high = ByteVector.zero(B);
        for (int t = 0; t < HALF; t += STEP) {
            ByteVector x = ByteVector.fromMemorySegment(B, w, codes + t * 16L, Lanes.LE);
            ByteVector lower = x.and((byte) 15).or(table);
            ByteVector upper = x.reinterpretAsShorts()
                    .lanewise(LSHR, 4)
                    .reinterpretAsBytes()
                    .and((byte) 15)
                    .or(table);
            int at = tables + 4 * t;
            ShortVector a = lower.selectFrom(IntVector.fromArray(I, n, at).reinterpretAsBytes()).reinterpretAsShorts();
            ShortVector b = upper.selectFrom(IntVector.fromArray(I, n, at + 2 * TABLES).reinterpretAsBytes())
                    .reinterpretAsShorts();
            high = high.add(lower.selectFrom(IntVector.fromArray(I, n, at + TABLES).reinterpretAsBytes()))
                    .add(upper.selectFrom(IntVector.fromArray(I, n, at + 3 * TABLES).reinterpretAsBytes()));
            all = all.add(a).add(b);
            odd = odd.add(a.lanewise(LSHR, 8)).add(b.lanewise(LSHR, 8));
        }
        ShortVector top = high.reinterpretAsShorts();
        IntVector evens = all.add(top.sub(odd).lanewise(LSHL, 8)).reinterpretAsInts();
        IntVector odds = odd.add(top.and((short) 0xFF00)).reinterpretAsInts();
        int to = Memory.INT_SUMS;
        evens.lanewise(LSHL, 16).lanewise(ASHR, 16).add(IntVector.fromArray(I, n, to)).intoArray(n, to);
        odds.lanewise(LSHL, 16).lanewise(ASHR, 16).add(IntVector.fromArray(I, n, to + V)).intoArray(n, to + V);
        evens.lanewise(ASHR, 16).add(IntVector.fromArray(I, n, to + 2 * V)).intoArray(n, to + 2 * V);
        odds.lanewise(ASHR, 16).add(IntVector.fromArray(I, n, to + 3 * V)).intoArray(n, to + 3 * V);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        long unit = k0 / Rows.LENGTH * (long) PackTq20.UNIT_BYTES;
        FloatVector.fromMemorySegment(F, w, w0 + unit, Lanes.LE).intoArray(scratch.floats(), Panel.SCALES + vector * V);
        int first = firstRow(w0);
        long codes = w0 - 4L * first + unit + PackTq20.CODES;
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int h = 0; h < 2; h++) {
            words(w, codes + h * HALF * GroupPacking.ROWS, first, scratch.ints());
            pairs(scratch.ints(), scratch.bytes(), to + h * 64 * Panel.STEP);
        }
    }

    /** The bytes of a vector of rows, each in a lane of its own, to {@link Memory#INT_WORDS}. */
    private static void words(MemorySegment w, long codes, int first, int[] n) {
        IntVector lane = IntVector.zero(I).addIndex(1);
        // Row r is byte r / 4 of word r % 4.
        IntVector word = lane.and(3);
        IntVector shift = lane.add(first).lanewise(LSHR, 2).lanewise(LSHL, 3);
        for (int t = 0; t < HALF; t += STEP) {
            IntVector words = IntVector.fromMemorySegment(I, w, codes + t * 16L, Lanes.LE);
            for (int s = 0; s < STEP; s++) {
                word.add(4 * s)
                        .selectFrom(words)
                        .lanewise(LSHR, shift)
                        .and(255)
                        .intoArray(n, Memory.INT_WORDS + (t + s) * V);
            }
        }
    }

    /** Decodes half a block to a panel: fields j of the bytes 4u … 4u + 3 are the pairs E[u] and O[u] of block j. */
    private static void pairs(int[] n, MemorySegment p, long to) {
        for (int i = 0; i < 16; i++) {
            int byte0 = Memory.INT_WORDS + ((i >> 1) * 4 + (i & 1)) * V;
            ShortVector x = IntVector.fromArray(I, n, byte0)
                    .or(IntVector.fromArray(I, n, byte0 + 2 * V).lanewise(LSHL, 16))
                    .reinterpretAsShorts();
            for (int j = 0; j < 4; j++) {
                x.and(MASK)
                        .sub(ONE)
                        .intoMemorySegment(p, to + (j * 16 + (i & 1) * 8 + (i >> 1)) * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 2);
            }
        }
    }
}
