package dev.tegula.kernel;

/**
 * What one call of a kernel costs, for plans and rooflines.
 *
 * @param multiplyAdds multiply-add operations, or elements computed where nothing is multiplied
 * @param bytes bytes that must be read and written at least once
 */
public record Cost(long multiplyAdds, long bytes) {
    /** The sum of two costs. */
    public Cost plus(Cost other) {
        return new Cost(multiplyAdds + other.multiplyAdds, bytes + other.bytes);
    }
}
