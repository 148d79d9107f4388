package dev.tegula.file.gguf;

import java.util.Objects;

/**
 * How a file is opened.
 *
 * @param dialect whose tensor type numbers the file uses
 * @param noMmap true: tensor data are read by system calls instead of through a memory mapping
 * @param limits what the file may ask for
 */
public record GgufOptions(GgufDialect dialect, boolean noMmap, GgufLimits limits) {
    private static final GgufOptions DEFAULTS = new GgufOptions(GgufDialect.NONE, false, GgufLimits.defaults());

    /** None of the parts may be null. */
    public GgufOptions {
        Objects.requireNonNull(dialect, "dialect");
        Objects.requireNonNull(limits, "limits");
    }

    /** No dialect, memory-mapped, default limits. */
    public static GgufOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another dialect. */
    public GgufOptions withDialect(GgufDialect other) {
        return new GgufOptions(other, noMmap, limits);
    }

    /** The same with or without a memory mapping. */
    public GgufOptions withNoMmap(boolean off) {
        return new GgufOptions(dialect, off, limits);
    }

    /** The same with other limits. */
    public GgufOptions withLimits(GgufLimits other) {
        return new GgufOptions(dialect, noMmap, other);
    }
}
