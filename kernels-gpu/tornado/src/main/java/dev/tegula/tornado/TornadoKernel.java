package dev.tegula.tornado;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceTypedFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tile.Packing;
import java.util.List;
import java.util.function.Function;

/** A row of the table of TornadoVM's kernels: what it takes, and how it is bound. */
final class TornadoKernel extends DeviceTypedFactory {
    /** The engine's name in kernel ids. */
    static final String ENGINE = "tornado";

    private final Binder binder;

    /** Adds a call's steps to a program. */
    @FunctionalInterface
    interface Binder {
        /** The call is checked already. */
        void bind(DeviceCall call, TornadoProgram program);
    }

    private TornadoKernel(TypedFactory typed, Binder binder, OpenedDevice device) {
        super(typed, device);
        this.binder = binder;
    }

    /** A kernel of no device yet, its weights as the file has them. */
    static TornadoKernel of(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs,
            Binder binder) {
        return new TornadoKernel(row(id, op, inputs, outputs), binder, null);
    }

    /** This kernel with weights in another layout. */
    TornadoKernel withPacking(Packing packing) {
        return new TornadoKernel(typed().withPacking(packing), binder, null);
    }

    /** This kernel with one more condition: the reason of a refusal, or null to accept. */
    TornadoKernel withCondition(Function<KernelRequest, String> reason) {
        return new TornadoKernel(typed().withCondition(reason), binder, null);
    }

    /** This kernel on a device. */
    TornadoKernel on(OpenedDevice opened) {
        return new TornadoKernel(typed(), binder, opened);
    }

    /** The driver may fuse or not, and has its own exponential. */
    @Override
    public boolean isExact() {
        return false;
    }

    /** Adds a checked call's steps. */
    void bind(DeviceCall call, TornadoProgram program) {
        binder.bind(call, program);
    }
}
