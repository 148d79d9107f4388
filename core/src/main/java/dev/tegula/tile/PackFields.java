package dev.tegula.tile;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;

/**
 * Integers of 1 to 8 bits with a scale per group and perhaps a zero point ({@link Fields}): a row's scales, two to a lane, its
 * zero points, four to a lane, then its codes, block by block of 32 elements.
 *
 * <pre>
 * | p = 0 ...: lane r: d of group 2p + 1 : d of group 2p | z of groups 4p + 3, 4p + 2, 4p + 1, 4p ... | planes of block 0, 1 ... |
 *                      F16               : F16             bytes, if there are zero points
 * </pre>
 *
 * <p>A block of N-bit codes has N words of a row: a plane for each binary digit of N, the lowest bits of the codes in the
 * widest. A plane of p bits is p words, and a word holds 32 / p fields, none across a border ({@link #plane}): vectors take
 * it apart with shifts and masks. Element 4u + i of a plane of 4 bits, for example, is in byte i of word u mod 4, in its lower
 * half where u is less than 4.
 *
 * <p>Codes are unsigned here, less the format's least code; those of 8 bits are signed, as byte dot products want them:
 * unsigned ones less 128.
 */
public final class PackFields extends GroupPacking {
    /** Elements of a block. */
    public static final int BLOCK = 32;
    private static final int WORD_BITS = 32;

    private final Fields fields;
    /** Turns a code's highest bit where that makes a signed code unsigned, or one of 8 bits signed. */
    private final int flip;
    /** The planes' widths, the widest first. */
    private final int[] widths;
    /** For each plane and element the word of a row's block, and the lowest bit in it. */
    private final int[][] wordOf;
    private final int[][] shiftOf;

    /** The packing of a format that has {@link DType#fields}. */
    PackFields(DType type) {
        super(type.name().toLowerCase(Locale.ROOT), BLOCK,
                type.fields().orElseThrow().bits() * LANE_BYTES);
        this.fields = type.fields().orElseThrow();
        int bits = fields.bits();
        this.flip = fields.hasZero() == (bits == 8) ? 1 << bits - 1 : 0;
        this.widths = new int[Integer.bitCount(bits)];
        this.wordOf = new int[widths.length][BLOCK];
        this.shiftOf = new int[widths.length][BLOCK];
        int words = 0;
        for (int plane = 0, rest = bits; plane < widths.length; plane++) {
            widths[plane] = Integer.highestOneBit(rest);
            rest -= widths[plane];
            TileLayout layout = plane(widths[plane]);
            for (int e = 0; e < BLOCK; e++) {
                int place = (int) layout.at(0, e);
                wordOf[plane][e] = words + place / (ROWS * WORD_BITS);
                shiftOf[plane][e] = place % (ROWS * WORD_BITS);
            }
            words += widths[plane];
        }
    }

    /**
     * Where the fields of a plane are: mode 0 are the rows, mode 1 the elements of a block, offsets are bits from the plane's
     * first word.
     *
     * @param width bits of a field and words of a row: 1, 2, 4 or 8
     */
    public static TileLayout plane(int width) {
        // A row's words as if they lay side by side: a byte for each of four elements, word by word, then the next field.
        TileLayout row = TileLayout.of(TileLayout.of(TileLayout.mode(4, 8), TileLayout.mode(width, WORD_BITS),
                TileLayout.mode(8 / width, width)));
        // In a group, each word lies beside those of the other rows: what the words of one row leave out.
        TileLayout words = TileLayout.of(TileLayout.mode(WORD_BITS, 1),
                TileLayout.mode(width, (long) ROWS * WORD_BITS));
        return TileLayout.of(words.complement((long) width * ROWS * WORD_BITS), words.compose(row));
    }

    /** What the format's groups hold. */
    public Fields fields() {
        return fields;
    }

    /** Where the lanes with a group's scale begin; group g has the lower halves if g is even. */
    public long scales(int group) {
        return group / 2 * (long) LANE_BYTES;
    }

    /** Where the zero points of a row of k elements begin. */
    public long zeros(int k) {
        return Math.ceilDiv(k, 2 * fields.group()) * (long) LANE_BYTES;
    }

    /** Where the codes of a row of k elements begin. */
    public long codes(int k) {
        return zeros(k) + (fields.hasZero() ? Math.ceilDiv(k, 4 * fields.group()) * (long) LANE_BYTES : 0);
    }

    @Override
    public long groupBytes(DType type, int cols) {
        return codes(cols) + super.groupBytes(type, cols);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        for (int r = 0; r < rows; r++) {
            header(src, from + r * rowBytes, cols, 0, 16, dst, to + 4L * r);
            if (fields.hasZero()) {
                header(src, from + r * rowBytes, cols, Fields.ZERO, 8, dst, to + zeros(cols) + 4L * r);
            }
        }
        int[] raw = new int[fields.bits() + 1];
        int[] words = new int[fields.bits()];
        // Block by block, so that the lines of memory that all rows write to stay in the first-level cache.
        for (int b = 0; b < cols / BLOCK; b++) {
            int g = b * BLOCK / fields.group();
            long block = from + (long) g * type.blockBytes() + fields.codes()
                    + (b - g * fields.group() / BLOCK) * (long) fields.bits() * 4;
            long unit = to + codes(cols) + (long) b * unitBytes();
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < words.length; i++) {
                    raw[i] = src.get(INT, block + r * rowBytes + 4L * i);
                }
                planes(raw, words);
                for (int i = 0; i < words.length; i++) {
                    dst.set(INT, unit + 4L * r + (long) i * LANE_BYTES, words[i]);
                }
            }
        }
    }

    /** Puts an 8- or 16-bit value of each group of a row into lanes, as many as fit; the last lane is filled with zeros. */
    private void header(MemorySegment src, long row, int cols, int at, int bits, MemorySegment dst, long to) {
        int groups = cols / fields.group();
        int perLane = 32 / bits;
        for (int first = 0; first < groups; first += perLane) {
            int word = 0;
            for (int i = 0; i < perLane && first + i < groups; i++) {
                long from = row + (first + i) * (long) fields.bytes() + at;
                int value = bits == 16 ? src.get(SHORT, from) & 0xFFFF : Fields.get(src, from, 0, 8);
                word |= value << i * bits;
            }
            dst.set(INT, to + first / perLane * (long) LANE_BYTES, word);
        }
    }

    /**
     * Takes a block's codes out of consecutive bits and puts them into planes.
     *
     * @param raw the bits, and a word more of any content
     */
    private void planes(int[] raw, int[] words) {
        int bits = fields.bits();
        Arrays.fill(words, 0);
        for (int e = 0; e < BLOCK; e++) {
            int bit = e * bits;
            long window = raw[bit >> 5] & 0xFFFF_FFFFL | (long) raw[(bit >> 5) + 1] << 32;
            int code = (int) (window >>> (bit & 31)) ^ flip;
            for (int plane = 0; plane < widths.length; plane++) {
                int field = code & (1 << widths[plane]) - 1;
                words[wordOf[plane][e]] |= field << shiftOf[plane][e];
                code >>= widths[plane];
            }
        }
    }
}
