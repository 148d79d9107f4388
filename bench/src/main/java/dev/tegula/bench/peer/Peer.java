package dev.tegula.bench.peer;

import java.util.List;
import java.util.Optional;

/** A library whose kernels are measured beside ours. */
public interface Peer {
    /** Name and, where the library says it, version. */
    String name();

    /** Variables of the environment that steer the library, {@code NAME=value} each; who measures again must set them. */
    default List<String> environment() {
        return List.of();
    }

    /** Why the library cannot be used here, with what to do about it; nothing when it can. */
    Optional<String> unavailable();

    /** Whether it has a kernel for a product. */
    boolean multiplies(Product product);

    /**
     * Binds operands of its own.
     *
     * @param product one that it {@link #multiplies}
     * @param threads that share a call
     */
    Call bind(Product product, int threads);

    /** A bound call. */
    interface Call extends AutoCloseable {
        /** Computes the whole product. */
        void run();

        /**
         * Computes it once and compares elements all over the output with plain sums.
         *
         * @throws IllegalStateException when one is wrong
         */
        void check();

        @Override
        void close();
    }
}
