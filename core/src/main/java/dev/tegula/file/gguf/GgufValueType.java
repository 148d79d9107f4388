package dev.tegula.file.gguf;

/** The type of a metadata value; the order is that of the numbers in the file. */
public enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(0),
    ARRAY(0),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final GgufValueType[] BY_ID = values();

    private final int bytes;

    GgufValueType(int bytes) {
        this.bytes = bytes;
    }

    /** The number in the file. */
    public int id() {
        return ordinal();
    }

    /** Bytes of one value, or 0 for those whose length varies. */
    public int bytes() {
        return bytes;
    }

    /** Whether it is one of the eight integer types. */
    public boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            default -> false;
        };
    }

    /** Whether it is one of the two floating-point types. */
    public boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /** The type with that number, or null. */
    static GgufValueType ofId(int id) {
        return id < 0 || id >= BY_ID.length ? null : BY_ID[id];
    }
}
