package dev.tegula.cpu;

import com.sun.management.ThreadMXBean;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** A kernel bound to zeros, for tests of what the compiler makes of it. */
public final class HotLoop implements AutoCloseable {
    /** Positions of attention's sequence: several blocks of the cache. */
    private static final int POSITIONS = 4 * KvLayout.BLOCK;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Storage storage = new Storage("test");
    private final Batch batch;
    private final Kernel kernel;
    private final Scratch scratch;

    /**
     * Binds a kernel.
     *
     * @param rows rows of the batch, in one sequence
     */
    public HotLoop(KernelFactory factory, KernelRequest request, int rows) {
        batch = new Batch(storage, rows, 1, POSITIONS / KvLayout.BLOCK);
        batch.addSequence(new int[POSITIONS / KvLayout.BLOCK], POSITIONS / KvLayout.BLOCK);
        for (int r = 0; r < rows; r++) {
            batch.addRow(0, POSITIONS - rows + r, true);
        }
        List<Operand> inputs = new ArrayList<>();
        for (int i = 0; i < request.inputs().size(); i++) {
            inputs.add(operand(factory, request, i, rows));
        }
        List<TensorView> outputs = new ArrayList<>();
        for (Spec spec : request.outputs()) {
            outputs.add(TensorView.allocate(storage, spec.type(), rows, spec.cols()));
        }
        kernel = factory.bind(new KernelArgs(request, inputs, outputs));
        scratch = Scratch.allocate(storage, factory.scratch(request));
    }

    private Operand operand(KernelFactory factory, KernelRequest request, int i, int rows) {
        Spec spec = request.input(i);
        return switch (request.op()) {
            case Op.MatMul op when i == 1 -> weights(spec, factory.packing());
            case Op.GateUp op when i > 0 -> weights(spec, factory.packing());
            case Op.Attention op when i == 1 -> cache(spec, op.layer(), op.kvHeads(), op.headSize());
            case Op.RopeKvWrite op when i == 4 -> cache(spec, op.layer(), op.kvHeads(), op.headSize());
            default -> new Operand.Matrix(TensorView.allocate(storage, spec.type(),
                    spec.rows().isSymbolic() ? Math.max(rows, POSITIONS) : spec.rows().size(), spec.cols()));
        };
    }

    private Operand weights(Spec spec, Packing packing) {
        long n = spec.rows().size();
        return new Operand.Weights(storage.allocate(packing.bytes(spec.type(), n, spec.cols())), 0, spec.type(), n,
                spec.cols(), packing);
    }

    private Operand cache(Spec spec, int layer, int kvHeads, int headSize) {
        KvLayout layout = new KvLayout(spec.type(), layer + 1, kvHeads, headSize, POSITIONS / KvLayout.BLOCK);
        return new Operand.Cache(storage.allocate(layout.bytes()), layout);
    }

    /** Calls the kernel some times, in one portion each; the bytes of heap that this took. */
    public long allocated(int times) {
        int portions = kernel.portions(batch, 1);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < times; i++) {
            for (int p = 0; p < portions; p++) {
                kernel.run(batch, p, portions, scratch);
            }
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Override
    public void close() {
        storage.close();
    }
}
