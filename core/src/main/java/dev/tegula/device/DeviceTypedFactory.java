package dev.tegula.device;

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

/**
 * A row of the table of a device's kernels that accepts one op with fixed formats: what {@link TypedFactory} is to kernels of
 * the host. A backend adds how such a kernel is bound.
 */
public abstract class DeviceTypedFactory implements DeviceKernelFactory {
    private final TypedFactory typed;
    /** Null in a list of all kernels. */
    private final Device device;

    /**
     * A row.
     *
     * @param typed what it takes, from {@link #row}
     * @param device on which it runs, or null in a list of all kernels
     */
    protected DeviceTypedFactory(TypedFactory typed, Device device) {
        this.typed = typed;
        this.device = device;
    }

    /**
     * What a row takes, its weights as the file has them.
     *
     * @param id the kernel's name
     * @param op the op
     * @param inputs formats of the inputs; inputs past the list (bias, residual) must be F32
     * @param outputs formats of the outputs
     */
    protected static TypedFactory row(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs) {
        return TypedFactory.of(id, op, inputs, outputs, args -> unbound(id));
    }

    private static Kernel unbound(KernelId id) {
        throw new AssertionError(id + " is bound to memory of a device only");
    }

    /** What it takes, for rows made of it. */
    protected final TypedFactory typed() {
        return typed;
    }

    @Override
    public final KernelId id() {
        return typed.id();
    }

    @Override
    public final Packing packing() {
        return typed.packing();
    }

    @Override
    public final Cost cost(KernelRequest request, int rows, int context) {
        return typed.cost(request, rows, context);
    }

    @Override
    public final Optional<Refusal> refuse(KernelRequest request) {
        return typed.refuse(request);
    }

    @Override
    public final Device device() {
        if (device == null) {
            throw new IllegalStateException(id() + " is of a list; kernels of an open device can be bound");
        }
        return device;
    }

    /**
     * Checks a call of this kernel: its request, and that its memory is the device's and fits.
     *
     * @throws IllegalArgumentException when the kernel refuses the request, or memory does not fit it
     */
    final void check(DeviceCall call) {
        KernelRequest request = call.request();
        typed.check(request);
        for (int i = 0; i < call.inputs().size(); i++) {
            check(request, "input " + i, request.input(i), call.inputs().get(i));
        }
        for (int i = 0; i < call.outputs().size(); i++) {
            check(request, "output " + i, request.outputs().get(i), call.outputs().get(i));
        }
    }

    private void check(KernelRequest request, String what, Spec spec, DeviceOperand operand) {
        if (operand.buffer().device() != device()) {
            throw new IllegalArgumentException(device.info().id() + ": the memory of " + what + " of " + request
                    + " is of another device");
        }
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
    public final String toString() {
        return id().toString();
    }
}
