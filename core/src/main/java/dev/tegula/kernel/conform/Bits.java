package dev.tegula.kernel.conform;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** Compares matrices bit by bit, all NaNs being equal. */
final class Bits {
    private Bits() {}

    /**
     * The first difference of two matrices of one format and shape, or nothing.
     *
     * @param used rows to compare when the matrix has one per row of the batch; the KV pool is compared whole
     */
    static Optional<String> difference(TensorView right, TensorView got, int used) {
        if (right.segment().mismatch(got.segment()) < 0) {
            return Optional.empty();
        }
        boolean pool = right.rowBytes() == right.type().bytes(right.cols());
        long rows = pool ? right.rows() : used;
        int count = 0;
        String first = null;
        for (long r = 0; r < rows; r++) {
            for (int i = 0; i < right.cols(); i++) {
                String text = element(right, got, r, i);
                if (text != null) {
                    count++;
                    first = first == null ? "row " + r + " column " + i + ": " + text : first;
                }
            }
        }
        int differing = count;
        return Optional.ofNullable(first).map(text -> differing + " of " + rows * right.cols() + " elements, " + text);
    }

    private static String element(TensorView right, TensorView got, long row, int i) {
        DType type = right.type();
        switch (type) {
            case F32 -> {
                return floats(right, got, row, 4L * i);
            }
            case F16 -> {
                short a = right.segment().get(ValueLayout.JAVA_SHORT, right.rowOffset(row) + 2L * i);
                short b = got.segment().get(ValueLayout.JAVA_SHORT, got.rowOffset(row) + 2L * i);
                boolean nan = Float.isNaN(Float.float16ToFloat(a)) && Float.isNaN(Float.float16ToFloat(b));
                return a == b || nan
                        ? null
                        : Float.float16ToFloat(a) + " expected, " + Float.float16ToFloat(b) + " computed";
            }
            default -> {
                // Of a Q8 block its header is compared with its first value.
                long block = i / type.blockLength() * (long) type.blockBytes();
                int header = type.blockBytes() - type.blockLength();
                String scale = i % type.blockLength() == 0 ? floats(right, got, row, block) : null;
                for (long at = 4; scale == null && i % type.blockLength() == 0 && at < header; at += 4) {
                    scale = ints(right, got, row, block + at);
                }
                return scale != null ? scale : bytes(right, got, row, block + header + i % type.blockLength());
            }
        }
    }

    private static String floats(TensorView right, TensorView got, long row, long at) {
        float a = right.segment().get(ValueLayout.JAVA_FLOAT, right.rowOffset(row) + at);
        float b = got.segment().get(ValueLayout.JAVA_FLOAT, got.rowOffset(row) + at);
        if (Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b) || Float.isNaN(a) && Float.isNaN(b)) {
            return null;
        }
        return a + " (" + Float.toHexString(a) + ") expected, " + b + " (" + Float.toHexString(b) + ") computed";
    }

    private static String ints(TensorView right, TensorView got, long row, long at) {
        int a = right.segment().get(ValueLayout.JAVA_INT, right.rowOffset(row) + at);
        int b = got.segment().get(ValueLayout.JAVA_INT, got.rowOffset(row) + at);
        return a == b ? null : "sum " + a + " expected, " + b + " computed";
    }

    private static String bytes(TensorView right, TensorView got, long row, long at) {
        byte a = right.segment().get(ValueLayout.JAVA_BYTE, right.rowOffset(row) + at);
        byte b = got.segment().get(ValueLayout.JAVA_BYTE, got.rowOffset(row) + at);
        return a == b ? null : a + " expected, " + b + " computed";
    }
}
