package dev.tegula.file.gguf;

/**
 * Numbers out of byte arrays. By hand and not by a {@code VarHandle}, whose first use costs more time than reading a
 * small model's whole header.
 */
final class LittleEndian {
    private LittleEndian() {}

    static short i16(byte[] bytes, int at) {
        return (short) (bytes[at] & 0xFF | bytes[at + 1] << 8);
    }

    static int i32(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
    }

    static long i64(byte[] bytes, int at) {
        return i32(bytes, at) & 0xFFFF_FFFFL | (long) i32(bytes, at + 4) << 32;
    }
}
