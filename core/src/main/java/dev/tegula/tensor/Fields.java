package dev.tegula.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a format of N-bit integers with a scale per group stores ({@link DType#INT4_G32} and its like). A group, its codes
 * consecutive fields from the lowest bit of a byte on, across the borders of bytes:
 *
 * <pre>
 * byte  0   2                          2 + group * bits / 8
 *      | d | q[0] q[1] …              |      intN: x = q * d,  q in two's complement
 *       F16
 * byte  0   2   3                      3 + group * bits / 8
 *      | d | z | q[0] q[1] …          |      uintN: x = (q - z) * d,  z in 0 … 2^bits - 1
 *       F16 u8
 * </pre>
 *
 * @param bits of a code, 1 … 8
 * @param hasZero whether codes are unsigned and a group has a zero point
 * @param group elements that share scale and zero point
 */
public record Fields(int bits, boolean hasZero, int group) {
    /** Byte offset of the zero point in a group. */
    public static final int ZERO = 2;

    /** Refuses what no format is. */
    public Fields {
        if (bits < 1 || bits > 8 || group < 8 || group % 8 != 0) {
            throw new IllegalArgumentException(bits + " bits in groups of " + group);
        }
    }

    /** Byte offset of the codes in a group. */
    public int codes() {
        return hasZero ? ZERO + 1 : ZERO;
    }

    /** Bytes of a group. */
    public int bytes() {
        return codes() + group * bits / 8;
    }

    /** The least code. */
    public int low() {
        return hasZero ? 0 : -(1 << bits - 1);
    }

    /** The greatest code. */
    public int high() {
        return low() + (1 << bits) - 1;
    }

    /**
     * Reads a field of up to 8 bits, unsigned; it may lie across a border of bytes.
     *
     * @param from byte that bits are counted from
     * @param bit the field's lowest bit, counted from the lowest of byte {@code from}
     */
    public static int get(MemorySegment src, long from, long bit, int bits) {
        long at = from + (bit >> 3);
        int shift = (int) bit & 7;
        int value = (src.get(ValueLayout.JAVA_BYTE, at) & 0xFF) >> shift;
        if (shift + bits > 8) {
            value |= (src.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF) << 8 - shift;
        }
        return value & (1 << bits) - 1;
    }

    /** Writes a field of up to 8 bits; the bits beside it stay. The parameters are those of {@link #get}. */
    public static void set(MemorySegment dst, long from, long bit, int bits, int value) {
        long at = from + (bit >> 3);
        int shift = (int) bit & 7;
        int mask = (1 << bits) - 1 << shift;
        int field = value << shift & mask;
        dst.set(ValueLayout.JAVA_BYTE, at, (byte) (dst.get(ValueLayout.JAVA_BYTE, at) & ~mask | field));
        if (shift + bits > 8) {
            byte next = dst.get(ValueLayout.JAVA_BYTE, at + 1);
            dst.set(ValueLayout.JAVA_BYTE, at + 1, (byte) (next & ~(mask >> 8) | field >> 8));
        }
    }
}
