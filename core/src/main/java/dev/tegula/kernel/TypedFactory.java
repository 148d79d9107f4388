package dev.tegula.kernel;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A row of the kernel table that accepts one op with fixed formats. It checks the memory against the request, so that a
 * kernel's constructor finds every shape right.
 */
public final class TypedFactory implements KernelFactory {
    private final KernelId id;
    private final Class<? extends Op> op;
    private final List<DType> inputs;
    private final List<DType> outputs;
    private final Packing packing;
    private final Function<KernelRequest, Scratch.Size> scratch;
    private final Function<KernelRequest, String> condition;
    private final Function<KernelArgs, Kernel> binder;

    private TypedFactory(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs, Packing packing,
            Function<KernelRequest, Scratch.Size> scratch, Function<KernelRequest, String> condition,
            Function<KernelArgs, Kernel> binder) {
        this.id = id;
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.packing = packing;
        this.scratch = scratch;
        this.condition = condition;
        this.binder = binder;
    }

    /**
     * A row that needs no scratch memory and wants its weights as the file has them.
     *
     * @param id the kernel's name
     * @param op the op
     * @param inputs formats of the inputs; inputs past the list (bias, residual) must be F32
     * @param outputs formats of the outputs
     * @param binder makes the kernel; called after all shapes are checked
     */
    public static TypedFactory of(KernelId id, Class<? extends Op> op, List<DType> inputs, List<DType> outputs,
            Function<KernelArgs, Kernel> binder) {
        return new TypedFactory(id, op, inputs, outputs, Packing.STORED, request -> Scratch.Size.NONE, request -> null,
                binder);
    }

    /** This row with weights in another layout. */
    public TypedFactory withPacking(Packing layout) {
        return new TypedFactory(id, op, inputs, outputs, layout, scratch, condition, binder);
    }

    /** This row with so much scratch memory per worker. */
    public TypedFactory withScratch(Function<KernelRequest, Scratch.Size> size) {
        return new TypedFactory(id, op, inputs, outputs, packing, size, condition, binder);
    }

    /** This row with one more condition: the reason of a refusal, or null to accept. */
    public TypedFactory withCondition(Function<KernelRequest, String> reason) {
        return new TypedFactory(id, op, inputs, outputs, packing, scratch, reason, binder);
    }

    @Override
    public KernelId id() {
        return id;
    }

    @Override
    public Packing packing() {
        return packing;
    }

    @Override
    public Scratch.Size scratch(KernelRequest request) {
        return scratch.apply(request);
    }

    @Override
    public Cost cost(KernelRequest request, int rows, int context) {
        return Costs.of(request, rows, context);
    }

    @Override
    public Optional<Refusal> refuse(KernelRequest request) {
        String reason = reason(request);
        return reason == null ? Optional.empty() : Optional.of(new Refusal(id.toString(), reason));
    }

    private String reason(KernelRequest request) {
        if (!op.isInstance(request.op())) {
            return "computes " + id.op() + ", not " + request.op().name();
        }
        if (request.inputs().size() < inputs.size() || request.outputs().size() != outputs.size()) {
            return "takes " + inputs.size() + " inputs and " + outputs.size() + " outputs";
        }
        for (int i = 0; i < request.inputs().size(); i++) {
            DType wanted = i < inputs.size() ? inputs.get(i) : DType.F32;
            if (request.input(i).type() != wanted) {
                return "input " + i + " must be " + wanted + ", not " + request.input(i).type();
            }
        }
        for (int i = 0; i < outputs.size(); i++) {
            if (request.outputs().get(i).type() != outputs.get(i)) {
                return "output " + i + " must be " + outputs.get(i) + ", not " + request.outputs().get(i).type();
            }
        }
        return condition.apply(request);
    }

    @Override
    public Kernel bind(KernelArgs args) {
        KernelRequest request = args.request();
        check(request);
        for (int i = 0; i < args.inputs().size(); i++) {
            checkInput(request, i, args.inputs().get(i));
        }
        for (int i = 0; i < args.outputs().size(); i++) {
            checkView(request, "output " + i, request.outputs().get(i), args.outputs().get(i));
        }
        return binder.apply(args);
    }

    /**
     * Checks the request itself, without any memory.
     *
     * @throws IllegalArgumentException when the kernel refuses it, or its shapes do not fit together
     */
    public void check(KernelRequest request) {
        refuse(request).ifPresent(refusal -> {
            throw new IllegalArgumentException(refusal.toString());
        });
        Shapes.check(request);
    }

    private void checkInput(KernelRequest request, int i, Operand operand) {
        KernelRequest.Spec spec = request.input(i);
        switch (operand) {
            case Operand.Matrix(TensorView view) -> checkView(request, "input " + i, spec, view);
            case Operand.Weights w -> {
                if (w.type() != spec.type() || w.cols() != spec.cols() || w.rows() != spec.rows().size()
                        || !w.packing().id().equals(packing.id())) {
                    throw new IllegalArgumentException(request + ": input " + i + " is " + w.type() + "[" + w.rows()
                            + "×" + w.cols() + "] packed as " + w.packing().id() + ", not as " + packing.id());
                }
            }
            case Operand.Table table -> {
                if (table.type() != spec.type() || table.cols() != spec.cols() || table.rows() != spec.rows().size()) {
                    throw new IllegalArgumentException(request + ": input " + i + " is " + table.type() + "["
                            + table.rows() + "×" + table.cols() + "]");
                }
            }
            case Operand.Cache(var segment, var layout) -> {
                if (layout.type() != spec.type()) {
                    throw new IllegalArgumentException(request + ": the KV cache is " + layout.type());
                }
                Shapes.checkCache(request, layout);
            }
        }
    }

    private static void checkView(KernelRequest request, String what, KernelRequest.Spec spec, TensorView view) {
        if (view.type() != spec.type() || view.cols() != spec.cols()
                || !spec.rows().isSymbolic() && view.rows() < spec.rows().size()) {
            throw new IllegalArgumentException(
                    request + ": " + what + " is " + view.type() + "[" + view.rows() + "×" + view.cols() + "]");
        }
    }
}
