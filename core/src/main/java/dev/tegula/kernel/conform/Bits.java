package dev.tegula.kernel.conform;

import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** Compares matrices bit by bit, all NaNs being equal, or within tolerances. */
final class Bits {
    private final TensorView right;
    private final TensorView got;
    private final Tolerance tolerance;
    private long compared;
    private double error;
    private double bound;
    private long count;
    private long ulps;
    private String first;

    private Bits(TensorView right, TensorView got, Tolerance tolerance) {
        this.right = right;
        this.got = got;
        this.tolerance = tolerance;
    }

    /**
     * What differs between two matrices.
     *
     * @param text how many elements, and the first of them
     * @param ulps the largest distance; see {@link Report#ulps}
     */
    record Difference(String text, long ulps) {}

    /**
     * Compares two matrices of one format and shape.
     *
     * @param used rows to compare when the matrix has one per row of the batch; the KV pool is compared whole
     * @param tolerance how far elements may be apart
     */
    static Bits compare(TensorView right, TensorView got, int used, Tolerance tolerance) {
        Bits bits = new Bits(right, got, tolerance);
        // Within tolerances the twin's own bits need not be right.
        if (tolerance == Tolerance.NONE && right.segment().mismatch(got.segment()) < 0) {
            return bits;
        }
        long rowBytes = right.type().bytes(right.cols());
        boolean pool = right.rowBytes() == rowBytes;
        long rows = pool ? right.rows() : used;
        for (long r = 0; r < rows; r++) {
            bits.row(r);
            bits.gap(r, rowBytes);
        }
        bits.compared = rows * right.cols();
        return bits;
    }

    /** What differs, or nothing. */
    Optional<Difference> difference() {
        return first == null
                ? Optional.empty()
                : Optional.of(new Difference(count + " of " + compared + " elements, " + first, ulps));
    }

    /** The element nearest to its bound, or nothing where no bound above 0 was made use of. */
    Optional<Report.Deviation> deviation() {
        return bound > 0 ? Optional.of(new Report.Deviation(error, bound)) : Optional.empty();
    }

    /** Whether an element is no further from the twin's than it may be. */
    private boolean isWithin(long r, int i, double a, double b) {
        double allowed = tolerance.of(r, i);
        if (!(allowed < Double.POSITIVE_INFINITY)) {
            return !Double.isNaN(a) || !Double.isNaN(allowed);
        }
        if (allowed == 0 || !Double.isFinite(a) || !Double.isFinite(b)) {
            return false;
        }
        double distance = Math.abs(a - b);
        if (bound == 0 || distance / allowed > error / bound) {
            error = distance;
            bound = allowed;
        }
        return distance <= allowed;
    }

    private void row(long r) {
        DType type = right.type();
        int length = type.blockLength();
        int header = type.blockBytes() - length;
        for (int i = 0; i < right.cols(); i++) {
            switch (type) {
                case F32 -> floats(r, i, 4L * i);
                case F16, BF16 -> halves(r, i);
                case I32 -> ints(r, i, 4L * i);
                default -> {
                    if (tolerance != Tolerance.NONE) {
                        quantized(r, i, i / length * (long) type.blockBytes(), header);
                        continue;
                    }
                    // Of a Q8 block its header, a scale and sums, is compared with its first value.
                    long block = i / length * (long) type.blockBytes();
                    if (i % length == 0) {
                        floats(r, i, block);
                        for (long at = 4; at < header; at += 4) {
                            ints(r, i, block + at);
                        }
                    }
                    bytes(r, i, block + header + i % length);
                }
            }
        }
    }

    /** An element of a Q8 block by its value; the block's sums must be those of its own codes. */
    private void quantized(long r, int i, long block, int header) {
        int length = right.type().blockLength();
        double a = tolerance.right(r, i, decoded(right, r, block, header + i % length));
        double b = decoded(got, r, block, header + i % length);
        if (a != b && !(Double.isNaN(a) && Double.isNaN(b)) && !isWithin(r, i, a, b)) {
            differ(r, i, 0, a + " expected, " + b + " computed, " + tolerance.of(r, i) + " allowed");
        }
        int codes = length / ((header - 4) / 4);
        if (i % codes == 0) {
            int sum = 0;
            for (int j = 0; j < codes; j++) {
                sum += got.segment().get(ValueLayout.JAVA_BYTE, got.rowOffset(r) + block + header + i % length + j);
            }
            int stored = got.segment()
                    .get(ValueLayout.JAVA_INT, got.rowOffset(r) + block + 4 + 4L * (i % length / codes));
            if (stored != sum) {
                differ(r, i, Math.abs((long) stored - sum),
                        "a sum of codes of " + stored + ", and they add up to " + sum);
            }
        }
    }

    private static double decoded(TensorView view, long r, long block, int code) {
        long at = view.rowOffset(r) + block;
        return (double) view.segment().get(ValueLayout.JAVA_FLOAT, at)
                * view.segment().get(ValueLayout.JAVA_BYTE, at + code);
    }

    /** The bytes between a row and the next belong to nobody. */
    private void gap(long r, long rowBytes) {
        MemorySegment a = right.segment();
        long from = right.rowOffset(r) + rowBytes;
        long to = right.rowOffset(r) + right.rowBytes();
        if (MemorySegment.mismatch(a, from, to, got.segment(), got.rowOffset(r) + rowBytes,
                got.rowOffset(r) + got.rowBytes()) >= 0) {
            differ(r, right.cols(), 0, "bytes written past the end of the row");
        }
    }

    private void floats(long r, int i, long at) {
        float a = right.segment().get(ValueLayout.JAVA_FLOAT, right.rowOffset(r) + at);
        float b = got.segment().get(ValueLayout.JAVA_FLOAT, got.rowOffset(r) + at);
        if (Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b) || Float.isNaN(a) && Float.isNaN(b)
                || isWithin(r, i, a, b)) {
            return;
        }
        long distance = Float.isNaN(a) || Float.isNaN(b)
                ? Long.MAX_VALUE
                : distance(Float.floatToRawIntBits(a), Float.floatToRawIntBits(b), Integer.MIN_VALUE);
        differ(r, i, distance, a + " (" + Float.toHexString(a) + ") expected, " + b + " (" + Float.toHexString(b)
                + ") computed");
    }

    private void halves(long r, int i) {
        short a = right.segment().get(ValueLayout.JAVA_SHORT, right.rowOffset(r) + 2L * i);
        short b = got.segment().get(ValueLayout.JAVA_SHORT, got.rowOffset(r) + 2L * i);
        float x = half(a);
        float y = half(b);
        if (a != b && !(Float.isNaN(x) && Float.isNaN(y)) && !isWithin(r, i, x, y)) {
            long distance = Float.isNaN(x) || Float.isNaN(y) ? Long.MAX_VALUE : distance(a, b, Short.MIN_VALUE);
            differ(r, i, distance, x + " expected, " + y + " computed");
        }
    }

    private float half(short bits) {
        return right.type() == DType.BF16 ? Bf16.toF32(bits) : Float.float16ToFloat(bits);
    }

    private void ints(long r, int i, long at) {
        int a = right.segment().get(ValueLayout.JAVA_INT, right.rowOffset(r) + at);
        int b = got.segment().get(ValueLayout.JAVA_INT, got.rowOffset(r) + at);
        if (a != b) {
            differ(r, i, Math.abs((long) a - b), a + " expected, " + b + " computed");
        }
    }

    private void bytes(long r, int i, long at) {
        byte a = right.segment().get(ValueLayout.JAVA_BYTE, right.rowOffset(r) + at);
        byte b = got.segment().get(ValueLayout.JAVA_BYTE, got.rowOffset(r) + at);
        if (a != b) {
            differ(r, i, Math.abs(a - b), a + " expected, " + b + " computed");
        }
    }

    /** How many floating-point numbers lie between two, the zeros being neighbours; bits below 0 are negative numbers. */
    private static long distance(int a, int b, int signBit) {
        long x = a < 0 ? -1L - (a - (long) signBit) : a;
        long y = b < 0 ? -1L - (b - (long) signBit) : b;
        return Math.abs(x - y);
    }

    private void differ(long r, int i, long distance, String text) {
        count++;
        ulps = Math.max(ulps, distance);
        if (first == null) {
            first = "row " + r + " column " + i + ": " + text;
        }
    }
}
