package dev.tegula.opencl;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceTypedFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tile.Packing;
import java.util.List;
import java.util.Set;

/** A row of the table of OpenCL kernels: what it takes, what it needs of a device, and how it is bound. */
final class OpenClKernel extends DeviceTypedFactory {
    /** The engine's name in kernel ids. */
    static final String ENGINE = "cl";

    private final Set<Need> needs;
    private final Binder binder;

    /** What some devices do not have. */
    enum Need {
        /** Divisions and square roots rounded to nearest, as Java's are. */
        DIVISION,
        /** Arithmetic in double precision. */
        DOUBLE
    }

    /** Binds a call: compiles its kernels and sets their arguments. */
    @FunctionalInterface
    interface Binder {
        /** The call is checked already. */
        OpenClProgram.Step bind(DeviceCall call, OpenClProgram program);
    }

    private OpenClKernel(TypedFactory typed, Set<Need> needs, Binder binder, OpenedDevice device) {
        super(typed, device);
        this.needs = Set.copyOf(needs);
        this.binder = binder;
    }

    /** A kernel of no device yet, its weights as the file has them. */
    static OpenClKernel of(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs,
            Set<Need> needs, Binder binder) {
        return new OpenClKernel(row(id, op, inputs, outputs), needs, binder, null);
    }

    /** This kernel with weights in another layout. */
    OpenClKernel withPacking(Packing packing) {
        return new OpenClKernel(typed().withPacking(packing), needs, binder, null);
    }

    /** This kernel on a device, which it refuses when that lacks what it needs. */
    OpenClKernel on(OpenedDevice opened) {
        String lacks = opened.facts().lacks(needs).orElse(null);
        return new OpenClKernel(typed().withCondition(request -> lacks), needs, binder, opened);
    }

    /** Binds a checked call of this kernel. */
    OpenClProgram.Step bind(DeviceCall call, OpenClProgram program) {
        return binder.bind(call, program);
    }
}
