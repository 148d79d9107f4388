package dev.tegula.tensor.codec;

/**
 * One unpacked block: {@code w[i] = d * scale[j] * q[i] - dmin * min[j]} with {@code j = i / subBlockLength}.
 *
 * <p>A plain holder to be made once and filled again and again; not for use by two threads at a time. The arrays have
 * room for the longest block; what lies past {@link #length} or {@link #subBlocks()} has no meaning.
 */
public final class Codes {

    /** The most elements a block of any format has. */
    public static final int MAX_LENGTH = 256;
    /** The most sub-blocks a block of any format has. */
    public static final int MAX_SUB_BLOCKS = 16;

    /** The block's elements, signed, zero point taken off. */
    public final int[] q = new int[MAX_LENGTH];
    /** The integer scale of each sub-block; 1 for formats that have none. */
    public final int[] scale = new int[MAX_SUB_BLOCKS];
    /** The integer minimum of each sub-block; 0 for formats that have none. */
    public final int[] min = new int[MAX_SUB_BLOCKS];
    /** The block's scale. */
    public float d;
    /** The scale of the minimums; 0 for formats that have none. Q4_1 and Q5_1 store its negative. */
    public float dmin;
    /** Elements in the block. */
    public int length;
    /** Elements that share a scale. */
    public int subBlockLength;

    /** An empty holder, to be filled by {@link BlockCodes#unpack}. */
    public Codes() {}

    /** Sub-blocks in the block. */
    public int subBlocks() {
        return length / subBlockLength;
    }

    /** The decoded element {@code i}, the same bits as the format's decoder gives. */
    public float value(int i) {
        int j = i / subBlockLength;
        return d * scale[j] * q[i] - dmin * min[j];
    }
}
