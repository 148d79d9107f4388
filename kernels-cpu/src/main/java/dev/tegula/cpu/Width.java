package dev.tegula.cpu;

import java.util.Optional;
import jdk.incubator.vector.VectorShape;

/** How wide vectors are: what the system property {@value Lanes#PROPERTY} says, or the widest that the CPU has. */
final class Width {
    private Width() {}

    /** Why the width asked for cannot be had, or nothing when it can. */
    static Optional<String> reason() {
        return reason(System.getProperty(Lanes.PROPERTY, ""), VectorShape.preferredShape());
    }

    static Optional<String> reason(String asked, VectorShape preferred) {
        Optional<String> wrong = CpuProbe.wrongWidth(asked);
        if (asked.isEmpty() || wrong.isPresent()) {
            return wrong;
        }
        return Integer.parseInt(asked) > preferred.vectorBitSize()
                ? Optional
                        .of("-D" + Lanes.PROPERTY + "=" + asked + ": this CPU has at most " + preferred.vectorBitSize()
                                + " bits")
                : Optional.empty();
    }

    /**
     * The shape of all vectors.
     *
     * @throws IllegalStateException when the width asked for cannot be had; the engine refuses before this
     */
    static VectorShape shape() {
        return shape(System.getProperty(Lanes.PROPERTY, ""), VectorShape.preferredShape());
    }

    static VectorShape shape(String asked, VectorShape preferred) {
        reason(asked, preferred).ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
        return VectorShape.forBitSize(
                asked.isEmpty() ? Math.min(512, preferred.vectorBitSize()) : Integer.parseInt(asked));
    }
}
