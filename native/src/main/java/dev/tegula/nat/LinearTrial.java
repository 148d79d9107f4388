package dev.tegula.nat;

import dev.tegula.kernel.Activations;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What {@link Tuner} measures for a kind of linear layer: one worker's share of two layers of a model of about a billion
 * parameters in the kind's most usual format, with as many rows as a prompt's, on one thread. All results must have the bits of
 * the first.
 */
final class LinearTrial implements Tuner.Trial, AutoCloseable {
    private static final int ROWS = 512;
    private static final int COLUMNS = 512;
    /** Of a layer whose records fit the second-level cache, and of one whose do not. */
    private static final int[] LENGTHS = {2048, 6144};

    /** A layer, its output, and the bits of the first result. */
    private record Layer(KernelFactory factory, KernelRequest request, List<Operand> inputs, TensorView y,
            MemorySegment first) {}

    private final Storage storage = new Storage("tuning");
    private final Functions functions;
    private final DType format;
    private final Batch batch = new Batch(storage, ROWS, 1, ROWS);
    private final List<Layer> layers = new ArrayList<>();
    private final Map<Blocking, List<Kernel>> kernels = new HashMap<>();
    private final Scratch scratch = Scratch.allocate(storage, Scratch.Size.ofBytes(LinearKernel.SCRATCH_BYTES));
    /** That of the kernels that are being bound. */
    private Blocking binding;
    private boolean known;

    LinearTrial(Functions functions, LinearKind kind) {
        this.functions = functions.withBlockings(() -> functions.blockings().get().with(kind, binding));
        this.format = switch (kind) {
            case FLOATS -> DType.F16;
            case BLOCKS32 -> DType.Q4_0;
            case BLOCKS256 -> DType.Q4_K;
        };
        batch.addSequence(new int[ROWS], ROWS);
        for (int r = 0; r < ROWS; r++) {
            batch.addRow(0, r, false);
        }
        for (int k : LENGTHS) {
            layers.add(layer(k));
        }
    }

    private Layer layer(int k) {
        DType activations = Activations.typeFor(format);
        KernelRequest request = new KernelRequest(new Op.MatMul(false, false),
                List.of(new Spec(activations, Dim.TOKENS, k), new Spec(format, Dim.of(COLUMNS), k)),
                List.of(new Spec(DType.F32, Dim.TOKENS, COLUMNS)));
        KernelFactory factory = LinearKernel.all(functions)
                .stream()
                .filter(row -> row.refuse(request).isEmpty())
                .findFirst()
                .orElseThrow();
        SplittableRandom random = new SplittableRandom(k);
        TensorView x = TensorView.allocate(storage, activations, ROWS, k);
        fill(x.segment(), activations, random);
        TensorView y = TensorView.allocate(storage, DType.F32, ROWS, COLUMNS);
        return new Layer(factory, request, List.of(new Operand.Matrix(x), weights(factory.packing(), k, random)), y,
                storage.allocate(y.segment().byteSize()));
    }

    private Operand weights(Packing packing, int k, SplittableRandom random) {
        MemorySegment stored = storage.allocate(COLUMNS * format.bytes(k));
        fill(stored, format, random);
        MemorySegment packed = storage.allocate(packing.bytes(format, COLUMNS, k));
        int group = packing.groupRows();
        for (int row = 0; row < COLUMNS; row += group) {
            packing.packGroup(format, k, group, stored, row * format.bytes(k), packed,
                    row / group * packing.groupBytes(format, k));
        }
        return new Operand.Weights(packed, 0, format, COLUMNS, k, packing);
    }

    /** Codes and finite scales; activations get sums as small as those of codes are. */
    private static void fill(MemorySegment memory, DType type, SplittableRandom random) {
        for (long at = 0; at < memory.byteSize(); at += Short.BYTES) {
            // As F16, and as upper half of an F32, a normal number near one.
            memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) (random.nextInt() & 0x83FF | 0x3C00));
        }
        int sums = type == DType.Q8_A32 ? 1 : type == DType.Q8_A256 ? 16 : 0;
        for (long block = 0; sums > 0 && block < memory.byteSize(); block += type.blockBytes()) {
            for (int i = 0; i < sums; i++) {
                memory.set(ValueLayout.JAVA_INT_UNALIGNED, block + Integer.BYTES * (1 + i), random.nextInt(-999, 1000));
            }
        }
    }

    @Override
    public long macs() {
        long k = 0;
        for (int length : LENGTHS) {
            k += length;
        }
        return k * ROWS * COLUMNS;
    }

    @Override
    public long run(Blocking blocking) {
        List<Kernel> all = kernels.computeIfAbsent(blocking, this::bind);
        layers.forEach(layer -> layer.y.segment().fill((byte) 0xFF));
        long start = System.nanoTime();
        for (Kernel kernel : all) {
            kernel.run(batch, 0, 1, scratch);
        }
        long nanos = System.nanoTime() - start;
        for (Layer layer : layers) {
            if (!known) {
                layer.first.copyFrom(layer.y.segment());
            } else if (layer.first.mismatch(layer.y.segment()) >= 0) {
                throw new IllegalStateException(
                        layer.factory.id() + " with " + blocking + " gave other bits than before");
            }
        }
        known = true;
        return nanos;
    }

    private List<Kernel> bind(Blocking blocking) {
        binding = blocking;
        return layers.stream()
                .map(layer -> layer.factory.bind(new KernelArgs(layer.request, layer.inputs, List.of(layer.y))))
                .toList();
    }

    @Override
    public void close() {
        storage.close();
    }
}
