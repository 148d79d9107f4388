package dev.tegula.opencl;

import dev.tegula.device.DeviceInfo;
import java.util.EnumSet;
import java.util.Set;

/**
 * How kernels are cut for a kind of device.
 *
 * @param lanes elements that a work-item computes side by side: 16, a vector type, or 1
 * @param items work-items of a group that share a row
 * @param features what kernels may use beyond OpenCL C 1.2
 */
record Shape(int lanes, int items, Set<Feature> features) {
    /** Vectors in explicit types, and groups of one: a CPU's threads gain nothing by meeting. */
    static final Shape CPU = new Shape(16, 1, Set.of());
    /** The device makes vectors of work-items, and has so many in a group that works on a row. */
    static final Shape GPU = new Shape(1, 256, Set.of());

    /** What some devices have; a kernel's source sees a definition of that name. */
    enum Feature {
        /** Dot products of four bytes (cl_khr_integer_dot_product). */
        DOT_KHR,
        /** {@link #DOT_KHR} with a function of our own in the extension's place: for tests on devices without. */
        DOT_EMULATED,
        /** The same as an instruction of NVIDIA's, in inline PTX. */
        DOT_PTX,
        /** Tiles of outputs cut for matrix instructions, which without {@link #MMA_PTX} are emulated: for tests. */
        MMA,
        /** Matrix instructions of NVIDIA's for bytes, in inline PTX. */
        MMA_PTX
    }

    /** Copies the set. */
    Shape {
        features = Set.copyOf(features);
    }

    /** The shape for a kind of device. */
    static Shape of(DeviceInfo.Kind kind) {
        return kind == DeviceInfo.Kind.CPU ? CPU : GPU;
    }

    /** Whether kernels are cut for GPUs. */
    boolean isGpu() {
        return lanes == 1;
    }

    /** This shape with more features. */
    Shape with(Feature... more) {
        Set<Feature> all = EnumSet.noneOf(Feature.class);
        all.addAll(features);
        all.addAll(Set.of(more));
        return new Shape(lanes, items, all);
    }
}
