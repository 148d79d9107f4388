package dev.tegula.opencl;

import dev.tegula.device.DeviceInfo;

/**
 * How kernels are cut for a kind of device.
 *
 * @param lanes elements that a work-item computes side by side: 16, a vector type, or 1
 * @param items work-items of a group that share a row
 */
record Shape(int lanes, int items) {
    /** Vectors in explicit types, and groups of one: a CPU's threads gain nothing by meeting. */
    static final Shape CPU = new Shape(16, 1);
    /**
     * The device makes vectors of work-items. 32 of them, the positions of a KV block: all take part in every loop between two
     * barriers. With 64, PoCL 3.1 computed wrong sums in attention.
     */
    static final Shape GPU = new Shape(1, 32);

    /** The shape for a kind of device. */
    static Shape of(DeviceInfo.Kind kind) {
        return kind == DeviceInfo.Kind.CPU ? CPU : GPU;
    }
}
