package dev.tegula.kernel;

import dev.tegula.tile.Packing;
import java.util.Optional;

/** A row of the kernel table: what a kernel can do, how it wants its weights, and how it is bound to memory. */
public interface KernelFactory {
    /** The kernel's name. */
    KernelId id();

    /**
     * Whether the kernel computes what is asked for.
     *
     * @return nothing when it does, else the reason it does not
     */
    Optional<Refusal> refuse(KernelRequest request);

    /** How each weight matrix must lie; {@link Packing#STORED} unless the kernel says otherwise. */
    default Packing packing() {
        return Packing.STORED;
    }

    /**
     * Whether its results are the bits of its scalar twin. A kernel that cannot follow the twin's order of operations says
     * no; its results are then held to a bound that follows from the operands' norms (docs/NUMERICS.md).
     */
    default boolean isExact() {
        return true;
    }

    /** The scratch memory that each worker needs. */
    default Scratch.Size scratch(KernelRequest request) {
        return Scratch.Size.NONE;
    }

    /**
     * What a call costs.
     *
     * @param request the op with formats and shapes
     * @param rows rows of the batch
     * @param context positions that an attention row sees on average
     */
    Cost cost(KernelRequest request, int rows, int context);

    /**
     * Binds the kernel to memory; checks every shape, so that {@link Kernel#run} need not.
     *
     * @throws IllegalArgumentException when an operand does not fit the request
     */
    Kernel bind(KernelArgs args);
}
