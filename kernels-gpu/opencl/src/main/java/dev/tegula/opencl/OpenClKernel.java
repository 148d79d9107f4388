package dev.tegula.opencl;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tile.Packing;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A row of the table of OpenCL kernels: what it takes, what it needs of a device, and how it is bound. */
final class OpenClKernel implements DeviceKernelFactory {
    /** The engine's name in kernel ids. */
    static final String ENGINE = "cl";

    private final TypedFactory typed;
    private final Set<Need> needs;
    private final Binder binder;
    /** Null in a list of all kernels. */
    private final OpenedDevice device;

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
        this.typed = typed;
        this.needs = Set.copyOf(needs);
        this.binder = binder;
        this.device = device;
    }

    /** A kernel of no device yet, its weights as the file has them. */
    static OpenClKernel of(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs,
            Set<Need> needs, Binder binder) {
        return new OpenClKernel(TypedFactory.of(id, op, inputs, outputs, args -> unbound(id)), needs, binder, null);
    }

    private static Kernel unbound(KernelId id) {
        throw new AssertionError(id + " is bound to memory of a device only");
    }

    /** This kernel with weights in another layout. */
    OpenClKernel withPacking(Packing packing) {
        return new OpenClKernel(typed.withPacking(packing), needs, binder, device);
    }

    /** This kernel on a device. */
    OpenClKernel on(OpenedDevice opened) {
        return new OpenClKernel(typed, needs, binder, opened);
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
        Optional<Refusal> refusal = typed.refuse(request);
        return refusal.isPresent() || device == null
                ? refusal
                : device.facts().lacks(needs).map(reason -> new Refusal(id().toString(), reason));
    }

    @Override
    public Device device() {
        if (device == null) {
            throw new IllegalStateException(id() + " is of a list; kernels of an open device can be bound");
        }
        return device;
    }

    /** Binds a call of this kernel. */
    OpenClProgram.Step bind(DeviceCall call, OpenClProgram program) {
        refuse(call.request()).ifPresent(refusal -> {
            throw new IllegalArgumentException(refusal.toString());
        });
        typed.check(call.request());
        for (int i = 0; i < call.inputs().size(); i++) {
            check(call.request(), "input " + i, call.request().input(i), call.inputs().get(i));
        }
        for (int i = 0; i < call.outputs().size(); i++) {
            check(call.request(), "output " + i, call.request().outputs().get(i), call.outputs().get(i));
        }
        for (int i = 0; i < call.outputs().size(); i++) {
            Dim rows = call.request().outputs().get(i).rows();
            if (rows.isSymbolic()) {
                program.limits().rows(RowCount.of(rows), call.outputs().get(i).rows());
            }
        }
        return binder.bind(call, program);
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

    @Override
    public String toString() {
        return id().toString();
    }
}
