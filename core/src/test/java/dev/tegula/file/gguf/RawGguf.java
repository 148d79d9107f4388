package dev.tegula.file.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Builds GGUF bytes field by field, right or wrong, sharing no code with the writer. */
final class RawGguf {
    static final int UINT8 = 0;
    static final int UINT32 = 4;
    static final int INT32 = 5;
    static final int FLOAT32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;
    static final int UINT64 = 10;
    static final int F32 = 0;
    static final int F16 = 1;
    static final int Q4_0 = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A version-3 header with those counts. */
    static RawGguf header(long tensors, long keys) {
        return new RawGguf().text("GGUF").u32(3).u64(tensors).u64(keys);
    }

    RawGguf text(String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    RawGguf u8(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    RawGguf u32(long value) {
        for (int i = 0; i < 32; i += 8) {
            out.write((int) (value >>> i));
        }
        return this;
    }

    RawGguf u64(long... values) {
        for (long value : values) {
            for (int i = 0; i < 64; i += 8) {
                out.write((int) (value >>> i));
            }
        }
        return this;
    }

    RawGguf string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        u64(utf8.length);
        out.writeBytes(utf8);
        return this;
    }

    /** A key and the type of the value that must follow. */
    RawGguf key(String key, int type) {
        return string(key).u32(type);
    }

    /** A tensor table row; dims count as many as are given. */
    RawGguf tensor(String name, int type, long offset, long... dims) {
        return string(name).u32(dims.length).u64(dims).u32(type).u64(offset);
    }

    /** Zeros up to a multiple of {@code alignment}. */
    RawGguf align(int alignment) {
        while (out.size() % alignment != 0) {
            out.write(0);
        }
        return this;
    }

    RawGguf zeros(int count) {
        out.writeBytes(new byte[count]);
        return this;
    }

    RawGguf with(Consumer<RawGguf> more) {
        more.accept(this);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
