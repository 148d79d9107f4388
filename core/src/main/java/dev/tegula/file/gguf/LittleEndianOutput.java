package dev.tegula.file.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Collects the bytes of a header. */
final class LittleEndianOutput {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    LittleEndianOutput i8(int value) {
        out.write(value);
        return this;
    }

    LittleEndianOutput i32(int value) {
        return low(value, 4);
    }

    LittleEndianOutput i64(long value) {
        return low(value, 8);
    }

    LittleEndianOutput bytes(byte[] value) {
        out.writeBytes(value);
        return this;
    }

    /** A length and UTF-8. */
    LittleEndianOutput string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return i64(utf8.length).bytes(utf8);
    }

    /** What precedes an array's elements. */
    LittleEndianOutput array(GgufValueType type, int size) {
        return i32(type.id()).i64(size);
    }

    /** An integer of that type, which it must fit. */
    LittleEndianOutput integer(GgufValueType type, long value) {
        boolean fits = switch (type) {
            case UINT8 -> value == (value & 0xFF);
            case INT8 -> value == (byte) value;
            case UINT16 -> value == (value & 0xFFFF);
            case INT16 -> value == (short) value;
            case UINT32 -> value == (value & 0xFFFF_FFFFL);
            case INT32 -> value == (int) value;
            case UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
        if (!fits) {
            throw new IllegalArgumentException(value + " does not fit " + type);
        }
        return low(value, type.bytes());
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }

    private LittleEndianOutput low(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> 8 * i));
        }
        return this;
    }
}
