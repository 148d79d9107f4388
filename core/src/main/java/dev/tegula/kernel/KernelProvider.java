package dev.tegula.kernel;

import java.util.List;
import java.util.Optional;

/**
 * An engine: a set of kernels for one kind of hardware or compiler. Found with {@link java.util.ServiceLoader}; the
 * scalar engine is always there.
 */
public interface KernelProvider {
    /** The engine's name as kernel ids end with it: ref, vec, nat-avx2, cl. */
    String engine();

    /** Engines with a higher rank are asked first; the scalar engine has rank 0. */
    int rank();

    /**
     * Whether its kernels crawl until the JVM has compiled them, as Vector API code does in the interpreter, where every
     * vector is an object. A small model then starts on the scalar kernels, which give the same bits.
     */
    default boolean isSlowWhenCold() {
        return false;
    }

    /**
     * Why a system property that sets the engine up has a value that it never can have, as a sentence that names those it
     * can, or nothing. A mistake of the user's, which {@link KernelTable#load} does not pass over.
     */
    default Optional<String> wrongSetting() {
        return Optional.empty();
    }

    /** Why the engine cannot run on this machine or in this JVM, or nothing when it can. */
    Optional<Refusal> unavailable();

    /** All kernels of the engine, also when it is unavailable here; never loads classes that are missing. */
    List<KernelFactory> kernels();
}
