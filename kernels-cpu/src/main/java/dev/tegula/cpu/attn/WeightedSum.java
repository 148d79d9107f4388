package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * part[query][d] = fma(p[query][i], v[i][d], part[query][d]) over positions i in order. Lanes run over d; what is left of
 * the head after whole vectors goes one element at a time.
 */
final class WeightedSum {
    private static final long ROW = 4L * KvLayout.BLOCK;

    private WeightedSum() {}

    /**
     * Adds to four queries' sums.
     *
     * @param scratch holds p, {@code [4][32]} from {@code p}, and the sums, {@code [4][size]} from {@code part}
     * @param kv holds values, {@code [32][size]} F32 from {@code values}
     * @param from first position
     * @param to position after the last
     */
    static void four(MemorySegment scratch, long p, MemorySegment kv, long values, int size, int from, int to,
            long part) {
        int pairs = size - size % (2 * Lanes.COUNT);
        for (int column = 0; column < pairs; column += 2 * Lanes.COUNT) {
            four2(scratch, p, kv, values + 4L * column, 4L * size, from, to, part + 4L * column);
        }
        if (pairs < size) {
            for (int query = 0; query < 4; query++) {
                columns(scratch, p + ROW * query, kv, values, size, from, to, part + 4L * size * query, pairs);
            }
        }
    }

    /** Adds to one query's sum; does nothing when there is no position. */
    static void one(MemorySegment scratch, long p, MemorySegment kv, long values, int size, int from, int to,
            long part) {
        if (from < to) {
            columns(scratch, p, kv, values, size, from, to, part, 0);
        }
    }

    private static void four2(MemorySegment scratch, long p, MemorySegment kv, long values, long stride, int from,
            int to, long part) {
        FloatVector a0 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part, Lanes.LE);
        FloatVector a1 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + Lanes.BYTES, Lanes.LE);
        FloatVector b0 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + stride, Lanes.LE);
        FloatVector b1 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + stride + Lanes.BYTES, Lanes.LE);
        FloatVector c0 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + 2 * stride, Lanes.LE);
        FloatVector c1 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + 2 * stride + Lanes.BYTES, Lanes.LE);
        FloatVector d0 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + 3 * stride, Lanes.LE);
        FloatVector d1 = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + 3 * stride + Lanes.BYTES, Lanes.LE);
        for (int i = from; i < to; i++) {
            FloatVector v0 = FloatVector.fromMemorySegment(Lanes.F32, kv, values + stride * i, Lanes.LE);
            FloatVector v1 = FloatVector.fromMemorySegment(Lanes.F32, kv, values + stride * i + Lanes.BYTES, Lanes.LE);
            long at = p + 4L * i;
            FloatVector w = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at));
            a0 = w.fma(v0, a0);
            a1 = w.fma(v1, a1);
            w = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at + ROW));
            b0 = w.fma(v0, b0);
            b1 = w.fma(v1, b1);
            w = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at + 2 * ROW));
            c0 = w.fma(v0, c0);
            c1 = w.fma(v1, c1);
            w = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, at + 3 * ROW));
            d0 = w.fma(v0, d0);
            d1 = w.fma(v1, d1);
        }
        a0.intoMemorySegment(scratch, part, Lanes.LE);
        a1.intoMemorySegment(scratch, part + Lanes.BYTES, Lanes.LE);
        b0.intoMemorySegment(scratch, part + stride, Lanes.LE);
        b1.intoMemorySegment(scratch, part + stride + Lanes.BYTES, Lanes.LE);
        c0.intoMemorySegment(scratch, part + 2 * stride, Lanes.LE);
        c1.intoMemorySegment(scratch, part + 2 * stride + Lanes.BYTES, Lanes.LE);
        d0.intoMemorySegment(scratch, part + 3 * stride, Lanes.LE);
        d1.intoMemorySegment(scratch, part + 3 * stride + Lanes.BYTES, Lanes.LE);
    }

    private static void columns(MemorySegment scratch, long p, MemorySegment kv, long values, int size, int from,
            int to, long part, int first) {
        int whole = size - size % Lanes.COUNT;
        for (int column = first; column < whole; column += Lanes.COUNT) {
            FloatVector acc = FloatVector.fromMemorySegment(Lanes.F32, scratch, part + 4L * column, Lanes.LE);
            long v = values + 4L * column;
            for (int i = from; i < to; i++) {
                acc = FloatVector.broadcast(Lanes.F32, scratch.get(Lanes.FLOAT, p + 4L * i))
                        .fma(
                                FloatVector.fromMemorySegment(Lanes.F32, kv, v + 4L * size * i, Lanes.LE), acc);
            }
            acc.intoMemorySegment(scratch, part + 4L * column, Lanes.LE);
        }
        for (int d = Math.max(first, whole); d < size; d++) {
            float acc = scratch.get(Lanes.FLOAT, part + 4L * d);
            for (int i = from; i < to; i++) {
                acc = Math.fma(scratch.get(Lanes.FLOAT, p + 4L * i),
                        kv.get(Lanes.FLOAT, values + 4L * ((long) size * i + d)), acc);
            }
            scratch.set(Lanes.FLOAT, part + 4L * d, acc);
        }
    }
}
