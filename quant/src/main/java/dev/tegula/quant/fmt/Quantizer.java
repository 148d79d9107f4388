package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** An encoder to a format with scales: block by block, a block with a NaN or an infinity as NaN. */
abstract class Quantizer extends BlockWriter {

    private final int scaleOffset;

    /**
     * @param type the format
     * @param scaleOffset byte offset of the F16 scale that all elements of a block are multiplied with
     */
    Quantizer(DType type, int scaleOffset) {
        super(type);
        this.scaleOffset = scaleOffset;
    }

    @Override
    final void encodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        float[] x = new float[type().blockLength()];
        int[] codes = new int[x.length];
        for (long b = 0; b < blocks; b++) {
            MemorySegment.copy(src, F32, srcOffset + b * x.length * Float.BYTES, x, 0, x.length);
            long out = dstOffset + b * type().blockBytes();
            if (allFinite(x)) {
                encodeBlock(x, codes, dst, out);
            } else {
                dst.asSlice(out, type().blockBytes()).fill((byte) 0);
                putF16(dst, out + scaleOffset, Float.NaN);
            }
        }
    }

    /**
     * Encodes one block of finite values and writes all its bytes from {@code out} on.
     *
     * @param codes scratch, as long as the block
     */
    abstract void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out);

    private static boolean allFinite(float[] x) {
        for (float value : x) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
