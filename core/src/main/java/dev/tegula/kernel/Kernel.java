package dev.tegula.kernel;

import java.util.Optional;

/**
 * A kernel bound to its memory. It keeps no state between calls and allocates nothing; several workers run different
 * portions of one call at the same time.
 */
public interface Kernel {
    /**
     * Into how many portions a call is cut. Results do not depend on it.
     *
     * @param batch the call's rows
     * @param workers how many workers share the call
     * @return 0 when there is nothing to do
     */
    int portions(Batch batch, int workers);

    /**
     * Computes one portion of the output.
     *
     * @param batch the call's rows
     * @param portion 0 … portions − 1
     * @param portions what {@link #portions} returned
     * @param scratch this worker's memory, at least {@link KernelFactory#scratch} of it; its content is undefined
     */
    void run(Batch batch, int portion, int portions, Scratch scratch);

    /**
     * A kernel that completes a call: to be run when all portions are done and before the output is read, its portions like
     * those of any other, as often 0 as there is nothing to complete. Asked for once, when the plan is bound.
     */
    default Optional<Kernel> finish() {
        return Optional.empty();
    }
}
