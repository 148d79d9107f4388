package dev.tegula.kernel.ref;

import dev.tegula.kernel.FloatMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Blocks of {@link dev.tegula.tensor.DType#Q8_A32}, {@link dev.tegula.tensor.DType#Q8_A128} and
 * {@link dev.tegula.tensor.DType#Q8_A256}: with m the largest magnitude of the block,
 *
 * <pre>
 * scale = m / 127        q = round to nearest, ties to even, of x * (127 / m)
 * </pre>
 *
 * <p>where 127 / m is one float division. |q| cannot exceed 127, since two roundings add less than half. A block with
 * m &lt; 2^-100 (so that 127 / m is finite, and far below any activation that matters) becomes zeros with scale 0; a
 * block with an infinity or NaN becomes zeros with scale NaN, so that NaN comes out of every product with it.
 */
final class Q8Blocks {
    /** Blocks whose largest magnitude is below this are stored as zeros. */
    private static final float SMALLEST = 0x1p-100f;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final int INFINITY_BITS = 0x7F800000;

    private Q8Blocks() {}

    /**
     * Quantizes one block.
     *
     * @param x F32 values from {@code from} on
     * @param y the block's memory from {@code to} on
     * @param length 32 or 128 (a sum per 32 values) or 256 (a sum per 16)
     */
    static void quantize(MemorySegment x, long from, MemorySegment y, long to, int length) {
        int bits = 0;
        for (int i = 0; i < length; i++) {
            // Magnitudes order as their bits do, with infinity and then NaN on top.
            bits = Math.max(bits, Float.floatToRawIntBits(x.get(F32, from + 4L * i)) & Integer.MAX_VALUE);
        }
        float max = Float.intBitsToFloat(bits);
        boolean empty = bits >= INFINITY_BITS || max < SMALLEST;
        float scale = bits >= INFINITY_BITS ? Float.NaN : empty ? 0f : max / 127f;
        float inverse = empty ? 0f : 127f / max;
        int sumLength = length == 256 ? 16 : 32;
        long values = to + 4 + 4L * (length / sumLength);
        y.set(F32, to, scale);
        for (int i = 0; i < length; i += sumLength) {
            int sum = 0;
            for (int j = i; j < i + sumLength; j++) {
                float v = x.get(F32, from + 4L * j) * inverse;
                int q = empty ? 0 : Float.floatToRawIntBits(v + FloatMath.ROUND) - FloatMath.ROUND_BITS;
                y.set(ValueLayout.JAVA_BYTE, values + j, (byte) q);
                sum += q;
            }
            y.set(ValueLayout.JAVA_INT, to + 4 + 4L * (i / sumLength), sum);
        }
    }
}
