package dev.tegula.file.gguf;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Whose numbers a file's tensor types are.
 *
 * <p>Files of the BitNet lineage use type number 36 for I2_S, which elsewhere is a retired format; and I2_S is laid out
 * differently by the program that wrote it, which the file does not say. So it is read only when the caller says it. A third
 * layout, four rows to a byte, is written by x86 builds that were made without ACT_PARALLEL; it is not read.
 */
public enum GgufDialect {
    /** The numbers of ggml; I2_S is refused. */
    NONE("none"),
    /** Number 36 is I2_S as BitNet's quantizer packs it on x86: 128 weights in 32 bytes, 32 apart. */
    BITNET_X86("bitnet-x86"),
    /** Number 36 is I2_S as BitNet's quantizer packs it on ARM: 64 weights in 16 bytes, 16 apart. */
    BITNET_ARM("bitnet-arm");

    private final String id;

    GgufDialect(String id) {
        this.id = id;
    }

    /** The name used on command lines, for example {@code bitnet-x86}. */
    public String id() {
        return id;
    }

    /**
     * The dialect with that {@link #id}.
     *
     * @throws IllegalArgumentException when there is none; the message lists those there are
     */
    public static GgufDialect of(String id) {
        String wanted = id.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(d -> d.id.equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no GGUF dialect " + id + "; there are "
                        + Arrays.stream(values()).map(GgufDialect::id).collect(Collectors.joining(", "))));
    }
}
