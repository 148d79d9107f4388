package dev.tegula.bench.ladder;

import java.util.function.BiFunction;

/** The steps in their order. */
public enum Ladder {
    /** Three loops. */
    NAIVE_LOOP((product, threads) -> new NaiveLoop(product)),
    /** Along the rows. */
    LOOP_ORDER((product, threads) -> new LoopOrder(product)),
    /** Memory outside the heap. */
    NATIVE_MEMORY((product, threads) -> new NativeMemory(product)),
    /** Lanes over columns. */
    VECTOR_LANES((product, threads) -> new VectorLanes(product)),
    /** Four rows by two vectors. */
    REGISTER_TILE((product, threads) -> new RegisterTile(product)),
    /** Weights as the tile reads them. */
    PACKED_PANELS((product, threads) -> new PackedPanels(product)),
    /** A piece of k at a time. */
    CACHE_BLOCKS((product, threads) -> new CacheBlocks(product)),
    /** Integers in blocks. */
    FOUR_BITS((product, threads) -> new FourBits(product)),
    /** Threads. */
    PORTIONS(Portions::new),
    /** The kernel of the table. */
    TABLE_KERNEL(TableKernel::new);

    private final BiFunction<Product, Integer, Step> maker;

    Ladder(BiFunction<Product, Integer, Step> maker) {
        this.maker = maker;
    }

    /**
     * Makes the step for a product.
     *
     * @param threads of the steps that have several
     */
    Step of(Product product, int threads) {
        return maker.apply(product, threads);
    }
}
