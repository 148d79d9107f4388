package dev.tegula.tile;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The sizes of a tile's modes, the first running fastest: coordinate (c0, c1, …) of shape (s0, s1, …) has the index
 * c0 + s0 · (c1 + s1 · …). Immutable.
 */
public final class TileShape {
    private final long[] sizes;
    private final long size;

    private TileShape(long[] sizes) {
        this.sizes = sizes;
        long product = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 1) {
                throw new IllegalArgumentException(
                        "mode " + i + " of " + Arrays.toString(sizes) + ": a size must be at least 1");
            }
            product = Math.multiplyExact(product, sizes[i]);
        }
        this.size = product;
    }

    /**
     * A shape of one mode or more.
     *
     * @throws IllegalArgumentException when there is none, or a size below 1
     * @throws ArithmeticException when the product of the sizes exceeds a {@code long}
     */
    public static TileShape of(long... sizes) {
        if (sizes.length == 0) {
            throw new IllegalArgumentException("a shape has at least one mode");
        }
        return new TileShape(sizes.clone());
    }

    /** How many modes there are. */
    public int rank() {
        return sizes.length;
    }

    /** The size of a mode. */
    public long size(int mode) {
        return sizes[Objects.checkIndex(mode, sizes.length)];
    }

    /** The number of coordinates, the product of all sizes. */
    public long size() {
        return size;
    }

    /**
     * The index of a coordinate.
     *
     * @throws IllegalArgumentException when it has another rank or lies outside, naming the mode
     */
    public long index(long... coordinate) {
        if (coordinate.length != sizes.length) {
            throw new IllegalArgumentException("coordinate " + Arrays.toString(coordinate) + " of shape " + this);
        }
        long index = 0;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (coordinate[i] < 0 || coordinate[i] >= sizes[i]) {
                throw new IllegalArgumentException(
                        "mode " + i + " of coordinate " + Arrays.toString(coordinate) + " is outside " + this);
            }
            index = index * sizes[i] + coordinate[i];
        }
        return index;
    }

    /**
     * The coordinate of an index.
     *
     * @throws IndexOutOfBoundsException unless the index is in 0 … {@link #size()} − 1
     */
    public long[] coordinate(long index) {
        long rest = Objects.checkIndex(index, size);
        long[] coordinate = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            coordinate[i] = rest % sizes[i];
            rest /= sizes[i];
        }
        return coordinate;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TileShape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** For example {@code (4,8)}. */
    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(",", "(", ")"));
    }
}
