package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tile.Packing;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A row of the table of TornadoVM's kernels: what it takes, and how it is bound. */
final class TornadoKernel implements DeviceKernelFactory {
    /** The engine's name in kernel ids. */
    static final String ENGINE = "tornado";

    private final TypedFactory typed;
    private final Binder binder;
    /** Null in a list of all kernels. */
    private final OpenedDevice device;

    /** Adds a call's steps to a program. */
    @FunctionalInterface
    interface Binder {
        /** The call is checked already. */
        void bind(DeviceCall call, TornadoProgram program);
    }

    private TornadoKernel(TypedFactory typed, Binder binder, OpenedDevice device) {
        this.typed = typed;
        this.binder = binder;
        this.device = device;
    }

    /** A kernel of no device yet, its weights as the file has them. */
    static TornadoKernel of(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs,
            Binder binder) {
        return new TornadoKernel(TypedFactory.of(id, op, inputs, outputs, args -> unbound(id)), binder, null);
    }

    private static Kernel unbound(KernelId id) {
        throw new AssertionError(id + " is bound to memory of a device only");
    }

    /** This kernel with weights in another layout. */
    TornadoKernel withPacking(Packing packing) {
        return new TornadoKernel(typed.withPacking(packing), binder, device);
    }

    /** This kernel with one more condition: the reason of a refusal, or null to accept. */
    TornadoKernel withCondition(Function<KernelRequest, String> reason) {
        return new TornadoKernel(typed.withCondition(reason), binder, device);
    }

    /** This kernel on a device. */
    TornadoKernel on(OpenedDevice opened) {
        return new TornadoKernel(typed, binder, opened);
    }

    @Override
    public KernelId id() {
        return typed.id();
    }

    @Override
    public Packing packing() {
        return typed.packing();
    }

    @Override
    public Cost cost(KernelRequest request, int rows, int context) {
        return typed.cost(request, rows, context);
    }

    @Override
    public Optional<Refusal> refuse(KernelRequest request) {
        return typed.refuse(request);
    }

    /** The driver may fuse or not, and has its own exponential. */
    @Override
    public boolean isExact() {
        return false;
    }

    @Override
    public Device device() {
        if (device == null) {
            throw new IllegalStateException(id() + " is of a list; kernels of an open device can be bound");
        }
        return device;
    }

    /** Checks a call of this kernel. */
    void check(DeviceCall call) {
        typed.check(call.request());
        for (int i = 0; i < call.inputs().size(); i++) {
            check(call.request(), "input " + i, call.request().input(i), call.inputs().get(i));
        }
        for (int i = 0; i < call.outputs().size(); i++) {
            check(call.request(), "output " + i, call.request().outputs().get(i), call.outputs().get(i));
        }
    }

    private void check(KernelRequest request, String what, Spec spec, DeviceOperand operand) {
        device.own(operand.buffer());
        boolean fits = switch (operand) {
            case DeviceOperand.Matrix m -> m.type() == spec.type() && m.cols() == spec.cols()
                    && (spec.rows().isSymbolic() || m.rows() >= spec.rows().size());
            case DeviceOperand.Weights w -> w.type() == spec.type() && w.cols() == spec.cols()
                    && w.rows() == spec.rows().size() && w.packing().id().equals(packing().id());
            case DeviceOperand.Cache(var buffer, var layout) -> layout.type() == spec.type() && layout.layers() == 1
                    && 2 * layout.kvHeads() * layout.headSize() == spec.cols();
        };
        if (!fits) {
            throw new IllegalArgumentException(request + ": " + what + " is " + operand);
        }
    }

    /** Adds a checked call's steps. */
    void bind(DeviceCall call, TornadoProgram program) {
        binder.bind(call, program);
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
