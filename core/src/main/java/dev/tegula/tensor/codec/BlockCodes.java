package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * The integers inside a block of a quantized format. One formula covers all formats:
 *
 * <pre>
 * w[i] = d * scale[j] * q[i]  -  dmin * min[j]        j = i / subBlockLength
 * </pre>
 *
 * <p>So a block's product with integer activations {@code a[i]} of scale {@code s} is, exact in int32 up to the conversion,
 *
 * <pre>
 * isum = sum over j of scale[j] * (sum over i in j of q[i] * a[i])      acc = fma((float) isum, d * s, acc)
 * asum = sum over j of min[j]   * (sum over i in j of a[i])             acc = fma(-dmin * s, (float) asum, acc)
 * </pre>
 *
 * <p>where the second line is there only for formats with minimums.
 */
public interface BlockCodes {

    /** The format this unpacks. */
    DType type();

    /** Elements that share one integer scale and minimum: 16, 32 or the whole block. */
    int subBlockLength();

    /** Whether the format has minimums. If not, {@link Codes#dmin} and {@link Codes#min} are all 0. */
    boolean hasMins();

    /**
     * Unpacks one block; allocates nothing.
     *
     * @param src holds the block, with no alignment asked for
     * @param offset byte offset of the block in {@code src}
     * @param out takes the block's integers and scales; all that the format uses is overwritten
     * @throws IndexOutOfBoundsException when the block lies outside {@code src}
     */
    void unpack(MemorySegment src, long offset, Codes out);
}
