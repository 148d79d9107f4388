package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Turns the pairs of a row's heads: y0 = fma(x0, c, −(x1 · s)), y1 = fma(x0, s, x1 · c).
 *
 * <p>For neighbouring pairs the row's cosines and sines are laid out once as (c, s), (c, s), … and (−s, c), (−s, c), …;
 * a vector of x is then spread to (x0, x0), … and (x1, x1), … by shifts of its 64-bit halves, and one fma does both.
 */
final class Rotation {
    private final TensorView table;
    private final int headSize;
    private final int dims;
    private final boolean halves;

    Rotation(TensorView table, int headSize, int dims, boolean halves) {
        this.table = table;
        this.headSize = headSize;
        this.dims = dims;
        this.halves = halves;
    }

    /** Rotates all heads of one row; {@code y} may be the memory of {@code x}. */
    void run(TensorView x, TensorView y, int row, int position, MemorySegment scratch) {
        if (!halves) {
            spreadTable(position, scratch);
        }
        for (int h = 0; h < x.cols(); h += headSize) {
            long from = x.rowOffset(row) + 4L * h;
            long to = y.rowOffset(row) + 4L * h;
            if (halves) {
                halves(x.segment(), from, y.segment(), to, position);
            } else {
                neighbours(x.segment(), from, y.segment(), to, position, scratch);
            }
            if (dims < headSize && (from != to || x.segment() != y.segment())) {
                MemorySegment.copy(x.segment(), from + 4L * dims, y.segment(), to + 4L * dims, 4L * (headSize - dims));
            }
        }
    }

    private void spreadTable(int position, MemorySegment scratch) {
        long cosines = table.rowOffset(position);
        long sines = cosines + 2L * dims;
        for (int i = 0; i < dims; i += 2) {
            float c = table.segment().get(Lanes.FLOAT, cosines + 2L * i);
            float s = table.segment().get(Lanes.FLOAT, sines + 2L * i);
            scratch.set(Lanes.FLOAT, 4L * i, c);
            scratch.set(Lanes.FLOAT, 4L * i + 4, s);
            scratch.set(Lanes.FLOAT, 4L * (dims + i), -s);
            scratch.set(Lanes.FLOAT, 4L * (dims + i) + 4, c);
        }
    }

    private void halves(MemorySegment x, long from, MemorySegment y, long to, int position) {
        MemorySegment t = table.segment();
        long cosines = table.rowOffset(position);
        long sines = cosines + 2L * dims;
        int pairs = dims / 2;
        int whole = pairs - pairs % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector c = FloatVector.fromMemorySegment(Lanes.F32, t, cosines + 4L * i, Lanes.LE);
            FloatVector s = FloatVector.fromMemorySegment(Lanes.F32, t, sines + 4L * i, Lanes.LE);
            FloatVector x0 = FloatVector.fromMemorySegment(Lanes.F32, x, from + 4L * i, Lanes.LE);
            FloatVector x1 = FloatVector.fromMemorySegment(Lanes.F32, x, from + 4L * (pairs + i), Lanes.LE);
            x0.fma(c, x1.mul(s).neg()).intoMemorySegment(y, to + 4L * i, Lanes.LE);
            x0.fma(s, x1.mul(c)).intoMemorySegment(y, to + 4L * (pairs + i), Lanes.LE);
        }
        for (int i = whole; i < pairs; i++) {
            pair(x, from + 4L * i, y, to + 4L * i, 4L * pairs, t.get(Lanes.FLOAT, cosines + 4L * i),
                    t.get(Lanes.FLOAT, sines + 4L * i));
        }
    }

    private void neighbours(MemorySegment x, long from, MemorySegment y, long to, int position,
            MemorySegment scratch) {
        int whole = dims - dims % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            LongVector v = FloatVector.fromMemorySegment(Lanes.F32, x, from + 4L * i, Lanes.LE).reinterpretAsLongs();
            LongVector low = v.and(0xFFFFFFFFL);
            LongVector high = v.and(0xFFFFFFFF00000000L);
            FloatVector x0 = low.or(low.lanewise(VectorOperators.LSHL, 32)).reinterpretAsFloats();
            FloatVector x1 = high.or(high.lanewise(VectorOperators.LSHR, 32)).reinterpretAsFloats();
            FloatVector cs = FloatVector.fromMemorySegment(Lanes.F32, scratch, 4L * i, Lanes.LE);
            FloatVector sc = FloatVector.fromMemorySegment(Lanes.F32, scratch, 4L * (dims + i), Lanes.LE);
            x0.fma(cs, x1.mul(sc)).intoMemorySegment(y, to + 4L * i, Lanes.LE);
        }
        for (int i = whole; i < dims; i += 2) {
            pair(x, from + 4L * i, y, to + 4L * i, 4, scratch.get(Lanes.FLOAT, 4L * i),
                    scratch.get(Lanes.FLOAT, 4L * i + 4));
        }
    }

    private static void pair(MemorySegment x, long from, MemorySegment y, long to, long apart, float c, float s) {
        float x0 = x.get(Lanes.FLOAT, from);
        float x1 = x.get(Lanes.FLOAT, from + apart);
        y.set(Lanes.FLOAT, to, Math.fma(x0, c, -(x1 * s)));
        y.set(Lanes.FLOAT, to + apart, Math.fma(x0, s, x1 * c));
    }
}
