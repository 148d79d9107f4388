package dev.tegula.kernel.ref;

import dev.tegula.kernel.Operand;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.BlockCodes;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Quantized weights with Q8 activations, blocks of the activations in the order of k; a block of weights is one of them or
 * several:
 *
 * <pre>
 * isum = sum over sub-blocks j of scale[j] * (sum of q[i] * a[i])      acc = fma((float) isum, d * dA, acc)
 * msum = sum over sub-blocks j of min[j] * (sum of a[i])               acc = fma(-(dmin * dA), (float) msum, acc)
 * </pre>
 *
 * <p>The sums are int32 and cannot overflow: the largest, Q6_K's, is 16 · 16 · 128 · 32 · 127 &lt; 2^28. The second line
 * is there only for formats with minimums.
 */
final class QuantizedDot extends RowDot {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT;
    /** Each worker's unpacked block: the integer view fills Java arrays, which a call must not allocate. */
    private static final ThreadLocal<Codes> CODES = ThreadLocal.withInitial(Codes::new);

    private final BlockCodes unpacker;
    private final long rowBytes;
    /** Bytes of a block of activations; its values are the last of them. */
    private final int xBytes;
    /** Values per sum in an activation block's header. */
    private final int sumLength;

    QuantizedDot(TensorView x, Operand.Weights weights) {
        super(x, weights);
        this.unpacker = Codecs.codes(weights.type());
        this.rowBytes = weights.type().bytes(weights.cols());
        if (weights.type().blockLength() % x.type().blockLength() != 0) {
            throw new IllegalArgumentException(weights.type() + " weights with " + x.type() + " activations");
        }
        this.xBytes = x.type().blockBytes();
        this.sumLength = x.type().blockLength() == 256 ? 16 : 32;
    }

    @Override
    void run(int j, int row, int n, MemorySegment scratch) {
        Codes codes = CODES.get();
        int length = weights.type().blockLength();
        int step = x.type().blockLength();
        int blocks = weights.cols() / length;
        for (int r = 0; r < n; r++) {
            scratch.set(F32, 4L * r, 0f);
        }
        for (int b = 0; b < blocks; b++) {
            unpacker.unpack(weights.segment(),
                    weights.offset() + j * rowBytes + (long) b * weights.type().blockBytes(), codes);
            for (int first = 0; first < length; first += step) {
                for (int r = 0; r < n; r++) {
                    long block = x.rowOffset(row + r) + (b * (length / step) + first / step) * (long) xBytes;
                    float dA = x.segment().get(F32, block);
                    float acc = Math.fma((float) isum(codes, first, block), codes.d * dA, scratch.get(F32, 4L * r));
                    if (unpacker.hasMins()) {
                        acc = Math.fma(-(codes.dmin * dA), (float) msum(codes, first, block), acc);
                    }
                    scratch.set(F32, 4L * r, acc);
                }
            }
        }
    }

    /** Of the codes from {@code first} on that belong to a block of activations. */
    private int isum(Codes codes, int first, long block) {
        MemorySegment xs = x.segment();
        int length = x.type().blockLength();
        long values = block + xBytes - length;
        int[] q = codes.q;
        int sub = Math.min(codes.subBlockLength, length);
        int sum = 0;
        for (int from = 0; from < length; from += sub) {
            int part = 0;
            for (int i = from; i < from + sub; i++) {
                part += q[first + i] * xs.get(ValueLayout.JAVA_BYTE, values + i);
            }
            sum += codes.scale[(first + from) / codes.subBlockLength] * part;
        }
        return sum;
    }

    private int msum(Codes codes, int first, long block) {
        int sums = x.type().blockLength() / sumLength;
        int sum = 0;
        for (int i = 0; i < sums; i++) {
            sum += codes.min[(first + i * sumLength) / codes.subBlockLength]
                    * x.segment().get(I32, block + 4 + 4L * i);
        }
        return sum;
    }
}
