package dev.tegula.tile;

import dev.tegula.tensor.Fields;
import dev.tegula.tensor.SmallFloat;
import java.lang.foreign.MemorySegment;

/**
 * Fields of up to 8 bits in memory, field i at the bit that a layout gives for index i, across borders of bytes as well: any
 * arrangement of narrow integers and floats, one by one. For tests, tools and odd formats; what is packed by the gigabyte has
 * a {@link Packing}.
 */
public final class TileFields {
    private TileFields() {}

    /**
     * Writes integers; of each its lowest bits. What lies between the fields stays.
     *
     * @param values as many as the layout has elements
     * @param places where each goes, in bits
     * @param bits of a field, 1 … 8
     * @param from byte from which bits are counted
     * @throws IllegalArgumentException when the counts differ
     * @throws IndexOutOfBoundsException when a field lies outside {@code dst}
     */
    public static void pack(int[] values, TileLayout places, int bits, MemorySegment dst, long from) {
        check(values.length, places);
        for (int i = 0; i < values.length; i++) {
            Fields.set(dst, from, places.offset(i), bits, values[i]);
        }
    }

    /** Reads unsigned integers; the parameters are those of {@link #pack(int[], TileLayout, int, MemorySegment, long)}. */
    public static void unpack(MemorySegment src, long from, TileLayout places, int bits, int[] values) {
        check(values.length, places);
        for (int i = 0; i < values.length; i++) {
            values[i] = Fields.get(src, from, places.offset(i), bits);
        }
    }

    /** Rounds and writes floats. */
    public static void pack(float[] values, TileLayout places, SmallFloat type, MemorySegment dst, long from) {
        check(values.length, places);
        for (int i = 0; i < values.length; i++) {
            Fields.set(dst, from, places.offset(i), type.bits(), type.ofF32(values[i]));
        }
    }

    /** Reads floats. */
    public static void unpack(MemorySegment src, long from, TileLayout places, SmallFloat type, float[] values) {
        check(values.length, places);
        for (int i = 0; i < values.length; i++) {
            values[i] = type.toF32(Fields.get(src, from, places.offset(i), type.bits()));
        }
    }

    private static void check(int values, TileLayout places) {
        if (values != places.size()) {
            throw new IllegalArgumentException(values + " values for the " + places.size() + " elements of " + places);
        }
    }
}
