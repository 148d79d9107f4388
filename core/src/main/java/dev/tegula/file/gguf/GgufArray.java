package dev.tegula.file.gguf;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An array among the metadata, immutable. Elements are kept as the file's bytes, so that a vocabulary of a hundred
 * thousand tokens is two Java arrays and no strings until they are asked for.
 */
public final class GgufArray {
    private final GgufValueType elementType;
    private final int size;
    private final byte[] bytes;
    /** Where each string ends in {@code bytes}; null for fixed-length elements. */
    private final int[] ends;

    GgufArray(GgufValueType elementType, int size, byte[] bytes, int[] ends) {
        this.elementType = elementType;
        this.size = size;
        this.bytes = bytes;
        this.ends = ends;
    }

    /** The type of every element; never {@link GgufValueType#ARRAY}. */
    public GgufValueType elementType() {
        return elementType;
    }

    /** The number of elements. */
    public int size() {
        return size;
    }

    /**
     * A copy of string {@code index}'s bytes as they are in the file, which need not be valid UTF-8.
     *
     * @throws IllegalStateException when this is no array of strings
     */
    public byte[] stringBytes(int index) {
        Objects.checkIndex(index, size);
        requireStrings();
        return Arrays.copyOfRange(bytes, start(index), ends[index]);
    }

    /**
     * String {@code index}, decoded as UTF-8; malformed bytes become U+FFFD.
     *
     * @throws IllegalStateException when this is no array of strings
     */
    public String string(int index) {
        Objects.checkIndex(index, size);
        requireStrings();
        int start = start(index);
        return new String(bytes, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    /**
     * The strings as a list that decodes an element each time it is asked for it.
     *
     * @throws IllegalStateException when this is no array of strings
     */
    public List<String> strings() {
        requireStrings();
        return new Strings(this);
    }

    /** Element {@code index} as text: a string as it is, a number in decimal. */
    public String text(int index) {
        Objects.checkIndex(index, size);
        return switch (elementType) {
            case STRING -> string(index);
            case BOOL -> Boolean.toString(bytes[index] != 0);
            case FLOAT32 -> Float.toString((float) floating(index));
            case FLOAT64 -> Double.toString(floating(index));
            case UINT64 -> Long.toUnsignedString(integer(index));
            default -> Long.toString(integer(index));
        };
    }

    /** An integer or Boolean element; an UINT64 above the largest {@code long} comes out negative. */
    long integer(int index) {
        return switch (elementType) {
            case UINT8, BOOL -> Byte.toUnsignedLong(bytes[index]);
            case INT8 -> bytes[index];
            case UINT16 -> Short.toUnsignedLong(LittleEndian.i16(bytes, index * 2));
            case INT16 -> LittleEndian.i16(bytes, index * 2);
            case UINT32 -> Integer.toUnsignedLong(LittleEndian.i32(bytes, index * 4));
            case INT32 -> LittleEndian.i32(bytes, index * 4);
            case UINT64, INT64 -> LittleEndian.i64(bytes, index * 8);
            case FLOAT32, FLOAT64, STRING, ARRAY -> throw new IllegalStateException("an array of " + elementType);
        };
    }

    /** A floating-point element. */
    double floating(int index) {
        return switch (elementType) {
            case FLOAT32 -> Float.intBitsToFloat(LittleEndian.i32(bytes, index * 4));
            case FLOAT64 -> Double.longBitsToDouble(LittleEndian.i64(bytes, index * 8));
            default -> throw new IllegalStateException("an array of " + elementType);
        };
    }

    /** The elements as the file has them. */
    void writeTo(LittleEndianOutput out) {
        if (ends == null) {
            out.bytes(bytes);
            return;
        }
        for (int i = 0; i < size; i++) {
            byte[] one = stringBytes(i);
            out.i64(one.length).bytes(one);
        }
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    private void requireStrings() {
        if (ends == null) {
            throw new IllegalStateException("an array of " + elementType + ", not of strings");
        }
    }

    @Override
    public String toString() {
        return elementType + "[" + size + "]";
    }

    private static final class Strings extends AbstractList<String> implements RandomAccess {
        private final GgufArray array;

        Strings(GgufArray array) {
            this.array = array;
        }

        @Override
        public String get(int index) {
            return array.string(index);
        }

        @Override
        public int size() {
            return array.size;
        }
    }
}
