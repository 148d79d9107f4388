package dev.tegula.tile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where the elements of a tile are: a function from a coordinate, or its index, to an offset. Immutable.
 *
 * <p>A layout has modes, and a mode has steps {@code size:stride}; a coordinate's offset is the sum of step coordinate times
 * stride over all steps, the first running fastest. {@code ((4,2),16):((8,512),32)} has a mode of two steps and one of one.
 * Offsets count in units that the layout's user chooses: bits, where fields are narrower than a byte.
 *
 * <p>Layouts make layouts. Where an operation has no layout as its result, it refuses and names the mode.
 *
 * @see <a href="https://docs.nvidia.com/cutlass/media/docs/cpp/cute/02_layout_algebra.html">CuTe's layout algebra</a>, whose
 *     operations these are; {@link #compose} and {@link #divide} refuse here what they would get wrong there
 */
public final class TileLayout {
    /** So many elements, each so far from the one before. */
    private record Step(long size, long stride) {
        @Override
        public String toString() {
            return size + ":" + stride;
        }
    }

    /** Each mode merged: no step of size 1 but a sole one, no two steps that are one. */
    private final List<List<Step>> modes;
    private final TileShape shape;
    private final long cosize;

    private TileLayout(List<List<Step>> modes) {
        this.modes = modes.stream().map(TileLayout::merge).toList();
        this.shape = TileShape.of(this.modes.stream().mapToLong(TileLayout::size).toArray());
        long last = 0;
        for (Step step : steps()) {
            last = Math.addExact(last, Math.multiplyExact(step.size - 1, step.stride));
        }
        this.cosize = Math.addExact(last, 1);
    }

    /**
     * One mode of one step: {@code size} elements, {@code stride} apart.
     *
     * @throws IllegalArgumentException when the size is below 1 or the stride below 0
     */
    public static TileLayout mode(long size, long stride) {
        if (size < 1 || stride < 0) {
            throw new IllegalArgumentException(
                    "mode " + size + ":" + stride + ": a size must be at least 1, a stride at least 0");
        }
        return new TileLayout(List.of(List.of(new Step(size, stride))));
    }

    /**
     * A layout whose mode i is the i-th argument, its modes joined.
     *
     * @throws IllegalArgumentException when there is no argument
     * @throws ArithmeticException when size or cosize exceeds a {@code long}
     */
    public static TileLayout of(TileLayout... modes) {
        return new TileLayout(List.of(modes).stream().map(TileLayout::steps).toList());
    }

    /** Modes of so many elements without gaps, the first running fastest. */
    public static TileLayout compact(long... sizes) {
        List<List<Step>> modes = new ArrayList<>();
        long stride = 1;
        for (long size : sizes) {
            modes.add(List.of(new Step(size, stride)));
            stride = Math.multiplyExact(stride, size);
        }
        return new TileLayout(modes);
    }

    /** The sizes of the modes. */
    public TileShape shape() {
        return shape;
    }

    /** The number of elements. */
    public long size() {
        return shape.size();
    }

    /** One more than the largest offset. */
    public long cosize() {
        return cosize;
    }

    /** A mode as a layout of its own. */
    public TileLayout mode(int i) {
        return new TileLayout(List.of(modes.get(i)));
    }

    /**
     * The offset of an index.
     *
     * @throws IndexOutOfBoundsException unless the index is in 0 … {@link #size()} − 1
     */
    public long offset(long index) {
        long rest = Objects.checkIndex(index, size());
        long offset = 0;
        for (List<Step> mode : modes) {
            for (Step step : mode) {
                offset += rest % step.size * step.stride;
                rest /= step.size;
            }
        }
        return offset;
    }

    /**
     * The offset of a coordinate.
     *
     * @throws IllegalArgumentException when it has another rank or lies outside, naming the mode
     */
    public long at(long... coordinate) {
        return offset(shape.index(coordinate));
    }

    /** The same offsets by index in one mode of as few steps as there can be. */
    public TileLayout coalesce() {
        return new TileLayout(List.of(steps()));
    }

    /**
     * This layout after another: {@code result.offset(i) = offset(inner.offset(i))}, with the other's modes.
     *
     * @throws IllegalArgumentException when that is no layout: a mode of {@code inner} does not fit this layout's steps, or
     *     reaches past the end, or its modes together carry from one step of this layout to the next
     */
    public TileLayout compose(TileLayout inner) {
        List<Step> outer = coalesce().modes.getFirst();
        long[] reach = new long[outer.size()];
        List<List<Step>> result = new ArrayList<>();
        for (int m = 0; m < inner.modes.size(); m++) {
            List<Step> mode = new ArrayList<>();
            for (Step step : inner.modes.get(m)) {
                if (!through(outer, step, reach, mode)) {
                    throw new IllegalArgumentException("mode " + m + " of " + inner + ": its step " + step
                            + " does not fit the steps of " + coalesce());
                }
            }
            for (int i = 0; i < reach.length; i++) {
                if (reach[i] >= outer.get(i).size) {
                    throw new IllegalArgumentException("mode " + m + " of " + inner + " goes past the end of step "
                            + outer.get(i) + " of " + coalesce());
                }
            }
            result.add(mode);
        }
        return new TileLayout(result);
    }

    /**
     * Takes one step through the steps of the outer layout.
     *
     * @param reach takes the largest coordinate of each outer step that is added
     * @param result takes the steps
     * @return whether there are such steps
     */
    private static boolean through(List<Step> outer, Step step, long[] reach, List<Step> result) {
        long size = step.size;
        long stride = step.stride;
        if (size == 1 || stride == 0) {
            result.add(new Step(size, 0));
            return true;
        }
        for (int i = 0; i < outer.size(); i++) {
            Step o = outer.get(i);
            if (stride % o.size == 0) {
                stride /= o.size;
                continue;
            }
            boolean last = i == outer.size() - 1;
            if (last || Math.multiplyExact(size - 1, stride) < o.size) {
                reach[i] = Math.addExact(reach[i], Math.multiplyExact(size - 1, stride));
                result.add(new Step(size, Math.multiplyExact(o.stride, stride)));
                return true;
            }
            long taken = o.size / stride;
            if (o.size % stride != 0 || size % taken != 0) {
                return false;
            }
            reach[i] = Math.addExact(reach[i], (taken - 1) * stride);
            result.add(new Step(taken, Math.multiplyExact(o.stride, stride)));
            size /= taken;
            stride = 1;
        }
        return size == 1;
    }

    /**
     * What this layout leaves out: one mode with which it reaches, by {@code of(this, complement)}, every offset below
     * {@code end} once. Steps of stride 0 do not count.
     *
     * @param end a multiple of what the layout repeats itself by; another is rounded up to one
     * @throws IllegalArgumentException when steps of this layout overlap
     */
    public TileLayout complement(long end) {
        List<Step> sorted = steps().stream()
                .filter(step -> step.size > 1 && step.stride > 0)
                .sorted(Comparator.comparingLong(Step::stride))
                .toList();
        List<Step> rest = new ArrayList<>();
        long reached = 1;
        for (Step step : sorted) {
            if (step.stride % reached != 0) {
                throw new IllegalArgumentException("the step " + step + " of " + this + " overlaps the others");
            }
            rest.add(new Step(step.stride / reached, reached));
            reached = Math.multiplyExact(step.size, step.stride);
        }
        rest.add(new Step(Math.max(1, Math.ceilDiv(end, reached)), reached));
        return new TileLayout(List.of(rest));
    }

    /**
     * This layout cut into tiles: mode 0 is a tile, mode 1 goes from tile to tile.
     *
     * @param tile which indices of this layout the first tile has
     * @throws IllegalArgumentException when this layout is no whole number of such tiles
     */
    public TileLayout divide(TileLayout tile) {
        return compose(of(tile, tile.complement(size())));
    }

    private List<Step> steps() {
        return modes.stream().flatMap(List::stream).toList();
    }

    private static long size(List<Step> mode) {
        long size = 1;
        for (Step step : mode) {
            size = Math.multiplyExact(size, step.size);
        }
        return size;
    }

    /** The same steps without those of size 1, and one instead of two where the second goes on as the first does. */
    private static List<Step> merge(List<Step> mode) {
        List<Step> merged = new ArrayList<>();
        for (Step step : mode) {
            Step before = merged.isEmpty() ? null : merged.getLast();
            if (step.size == 1) {
                continue;
            }
            if (before != null && step.stride % before.size == 0 && step.stride / before.size == before.stride) {
                merged.removeLast();
                merged.add(new Step(Math.multiplyExact(before.size, step.size), before.stride));
            } else {
                merged.add(step);
            }
        }
        return merged.isEmpty() ? List.of(new Step(1, 0)) : List.copyOf(merged);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TileLayout layout && modes.equals(layout.modes);
    }

    @Override
    public int hashCode() {
        return modes.hashCode();
    }

    /** Shape and strides, for example {@code ((4,2),16):((8,512),32)}. */
    @Override
    public String toString() {
        return text(Step::size) + ":" + text(Step::stride);
    }

    private String text(Function<Step, Long> part) {
        return modes.stream().map(mode -> {
            String steps = mode.stream().map(step -> part.apply(step).toString()).collect(Collectors.joining(","));
            return mode.size() == 1 ? steps : "(" + steps + ")";
        }).collect(Collectors.joining(",", "(", ")"));
    }
}
