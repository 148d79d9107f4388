package dev.tegula.kernel.conform;

import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Runs a kernel and its scalar twin on the same operands and compares all bits that either may have written, and those
 * beside them that neither may; NaNs count as equal whatever their payload. Results of a kernel that is not
 * {@linkplain KernelFactory#isExact exact} are held to the bounds of {@link Bounds} instead. Every request is called with usual, extreme and
 * adversarial values ({@link Fill}), with several numbers of rows, cut into several numbers of portions, and in place where
 * the op allows it.
 */
public final class Conformance {
    private static final int[] ROWS = {1, 2, 3, 5, 17, 33};
    /** Rows of a batch that a sequence's shortest table of positions has room for. */
    private static final int MOST_ROWS = 96;
    private static final int[] WORKERS = {1, 3, 64};
    /** Kernels of devices are not cut into portions by us. */
    private static final int[] ON_DEVICE = {1};
    private static final int MOST_DIFFERENCES = 10;

    private final KernelFactory factory;
    private final KernelTable twins = KernelTable.of(List.of(new RefProvider()));
    private final List<String> differences = new ArrayList<>();
    private int calls;
    private long ulps;
    private Optional<Report.Deviation> nearest = Optional.empty();

    private Conformance(KernelFactory factory) {
        this.factory = factory;
    }

    /** Compares a kernel with its twin on those of the {@link StandardRequests} that it accepts. */
    public static Report check(KernelFactory factory) {
        return check(factory, StandardRequests.of(factory), 0);
    }

    /**
     * Compares a kernel with its twin.
     *
     * @param seed of the random operands; the same seed makes the same operands on every machine
     * @throws IllegalArgumentException when the kernel refuses a request
     */
    public static Report check(KernelFactory factory, List<KernelRequest> requests, long seed) {
        Conformance run = new Conformance(factory);
        Fill[] fills = Fill.values();
        for (int r = 0; r < requests.size(); r++) {
            KernelRequest request = requests.get(r);
            SplittableRandom random = new SplittableRandom(seed + request.toString().hashCode());
            // Each request meets every fill, and another number of rows with each than the request before it.
            for (int i = 0; i < fills.length && run.differences.size() < MOST_DIFFERENCES; i++) {
                run.request(request, ROWS[(r + i) % ROWS.length], fills[i], random);
            }
        }
        return run.report();
    }

    /**
     * Compares a kernel with its twin on batches of so many rows, for kernels that are cut otherwise for many.
     *
     * @param rows rows of each batch, 1 to 96
     * @throws IllegalArgumentException when the kernel refuses a request, or for other numbers of rows
     */
    public static Report check(KernelFactory factory, List<KernelRequest> requests, long seed, int rows) {
        if (rows < 1 || rows > MOST_ROWS) {
            throw new IllegalArgumentException("rows: " + rows + "; must be 1 to " + MOST_ROWS);
        }
        Conformance run = new Conformance(factory);
        for (KernelRequest request : requests) {
            SplittableRandom random = new SplittableRandom(seed + request.toString().hashCode());
            for (Fill fill : Fill.values()) {
                run.request(request, rows, fill, random);
            }
        }
        return run.report();
    }

    /**
     * Compares one call, with usual values: whether what a compiler made of a kernel can be right at all. Of the
     * {@link StandardRequests} it takes the one in the middle.
     */
    public static Report sample(KernelFactory factory) {
        List<KernelRequest> requests = StandardRequests.of(factory);
        Conformance run = new Conformance(factory);
        if (!requests.isEmpty()) {
            KernelRequest request = requests.get(requests.size() / 2);
            run.request(request, 3, Fill.USUAL, new SplittableRandom(request.toString().hashCode()));
        }
        return run.report();
    }

    private Report report() {
        return new Report(factory.id(), calls, ulps, nearest, differences);
    }

    private void request(KernelRequest request, int rows, Fill fill, SplittableRandom random) {
        try (Storage storage = new Storage("conformance")) {
            Batch batch = batch(storage, request, rows, random);
            Operands operands = new Operands(storage, random, fill, Batches.capacity(rows));
            List<Operand> stored = new ArrayList<>();
            List<Operand> packed = new ArrayList<>();
            for (int i = 0; i < request.inputs().size(); i++) {
                Operand operand = operands.input(request, i, batch);
                stored.add(operand);
                packed.add(operand instanceof Operand.Weights weights
                        ? operands.packed(weights, factory.packing())
                        : operand);
            }
            KernelFactory twin = twins.choose(request).factory();
            List<TensorView> right = run(storage, operands, twin, request, stored, batch, 1, false);
            boolean[] places = inPlaceInput(request).isPresent() ? new boolean[]{false, true} : new boolean[]{false};
            for (boolean inPlace : places) {
                for (int workers : factory instanceof DeviceKernelFactory ? ON_DEVICE : WORKERS) {
                    List<TensorView> got = run(storage, operands, factory, request, packed, batch, workers, inPlace);
                    calls++;
                    compare(request, stored, batch, right, got,
                            ", " + rows + " rows, " + workers + " workers, " + fill + (inPlace ? ", in place" : ""));
                }
            }
        }
    }

    private void compare(KernelRequest request, List<Operand> inputs, Batch batch, List<TensorView> right,
            List<TensorView> got, String call) {
        for (int i = 0; i < got.size(); i++) {
            Tolerance tolerance = factory.isExact()
                    ? Tolerance.NONE
                    : Bounds.of(request, inputs, batch, i, right.get(i));
            Bits bits = Bits.compare(right.get(i), got.get(i), used(request, batch), tolerance);
            bits.difference().ifPresent(difference -> {
                ulps = Math.max(ulps, difference.ulps());
                differences.add(request + call + ": " + difference.text());
            });
            bits.deviation()
                    .filter(d -> nearest.isEmpty()
                            || d.error() / d.bound() > nearest.get().error() / nearest.get().bound())
                    .ifPresent(d -> nearest = Optional.of(d));
        }
    }

    /** A batch whose tokens lie in the table of an embedding. */
    private static Batch batch(Storage storage, KernelRequest request, int rows, SplittableRandom random) {
        Batch wide = Batches.of(storage, request.op(), rows, random);
        if (!(request.op() instanceof Op.Embed)) {
            return wide;
        }
        int table = Batches.table(request.op());
        Batch batch = new Batch(storage, Batches.capacity(rows), 1, table);
        batch.addSequence(new int[table], table);
        for (int r = 0; r < rows; r++) {
            batch.addRow(wide.token(r) % (int) request.input(0).rows().size(), r, false);
        }
        return batch;
    }

    /** Rows of the output that a call computes. */
    private static int used(KernelRequest request, Batch batch) {
        return request.op() instanceof Op.SelectRows ? batch.outputs() : batch.rows();
    }

    /** Runs a kernel on copies of the inputs; returns what it may have written. */
    private static List<TensorView> run(Storage storage, Operands operands, KernelFactory factory,
            KernelRequest request, List<Operand> inputs, Batch batch, int workers, boolean inPlace) {
        boolean writesCache = !(request.op() instanceof Op.Attention);
        List<Operand> mine = inputs.stream().map(operand -> operands.copy(operand, writesCache)).toList();
        List<TensorView> outputs = new ArrayList<>();
        for (KernelRequest.Spec spec : request.outputs()) {
            int input = inPlace ? inPlaceInput(request).orElseThrow() : -1;
            outputs.add(inPlace ? ((Operand.Matrix) mine.get(input)).view() : operands.empty(spec));
        }
        long shared = KernelArgs.sharedBytes(request, workers, Batches.positions(request.op()));
        MemorySegment between = storage.allocate(shared).fill((byte) 0xFF);
        Kernel kernel = factory.bind(new KernelArgs(request, mine, outputs, between));
        Scratch scratch = Scratch.allocate(storage, factory.scratch(request));
        scratch.bytes().fill((byte) 0xFF);
        Arrays.fill(scratch.floats(), Float.NaN);
        Arrays.fill(scratch.ints(), -1);
        runAll(kernel, batch, workers, scratch);
        kernel.finish().ifPresent(finish -> runAll(finish, batch, workers, scratch));
        List<TensorView> written = new ArrayList<>(outputs);
        for (Operand operand : mine) {
            if (writesCache && operand instanceof Operand.Cache(var pool, var layout)) {
                // Of Q8_0, whose scales lie apart, every byte is defined.
                DType type = layout.type() == DType.Q8_0 ? DType.I32 : layout.type();
                int cols = Math.toIntExact(layout.headBytes() / type.blockBytes());
                written.add(TensorView.dense(pool, 0, type, layout.bytes() / layout.headBytes(), cols));
            }
        }
        return written;
    }

    private static void runAll(Kernel kernel, Batch batch, int workers, Scratch scratch) {
        int portions = kernel.portions(batch, workers);
        for (int p = portions - 1; p >= 0; p--) {
            kernel.run(batch, p, portions, scratch);
        }
    }

    /** The input whose memory the output may share. */
    private static Optional<Integer> inPlaceInput(KernelRequest request) {
        return switch (request.op()) {
            case Op.RmsNorm op -> Optional.of(0);
            case Op.LayerNorm op -> Optional.of(0);
            case Op.Add op -> Optional.of(0);
            case Op.Gate op -> Optional.of(0);
            case Op.Rope op -> Optional.of(0);
            case Op.RopeKvWrite op -> Optional.of(0);
            case Op.Softmax op -> Optional.of(0);
            case Op.MatMul op when op.residual() -> Optional.of(op.bias() ? 3 : 2);
            default -> Optional.empty();
        };
    }
}
