package dev.tegula.bench.kernel;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.CacheWriter;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.model.RandomBlocks;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Makes the operands of a request: random values of a model's size, the same in every run. */
final class Operands {
    /** That of numbers evenly between −1 and 1, as activations are. */
    private static final float DEVIATION = 0.577f;

    private final SplittableRandom random = new SplittableRandom(20260101);
    private final Storage storage;
    private final int rows;
    private final int positions;

    Operands(Storage storage, int rows, int positions) {
        this.storage = storage;
        this.rows = rows;
        this.positions = positions;
    }

    /** An input of a request, weights in the file's layout. */
    Operand input(KernelRequest request, int i) {
        Spec spec = request.input(i);
        return switch (request.op()) {
            case Op.Embed op -> table(spec);
            case Op.MatMul op when i == 1 -> weights(spec);
            case Op.GateUp op when i > 0 -> weights(spec);
            case Op.Attention op when i == 1 -> cache(spec.type(), op.layer(), op.kvHeads(), op.headSize());
            case Op.KvWrite op when i == 2 -> cache(spec.type(), op.layer(), op.kvHeads(), op.headSize());
            case Op.RopeKvWrite op when i == 4 -> cache(spec.type(), op.layer(), op.kvHeads(), op.headSize());
            default -> new Operand.Matrix(matrix(spec));
        };
    }

    /** The inputs with their weights in another layout. */
    List<Operand> packed(List<Operand> inputs, Packing packing) {
        List<Operand> result = new ArrayList<>();
        for (Operand input : inputs) {
            result.add(input instanceof Operand.Weights weights ? pack(weights, packing) : input);
        }
        return result;
    }

    /** A matrix or cache in memory of its own. */
    Operand copy(Operand operand) {
        return switch (operand) {
            case Operand.Matrix(TensorView v) -> new Operand.Matrix(
                    new TensorView(copy(v.segment()), v.offset(), v.type(), v.rows(), v.cols(), v.rowBytes()));
            case Operand.Cache(var pool, var layout) -> new Operand.Cache(copy(pool), layout);
            default -> operand;
        };
    }

    private MemorySegment copy(MemorySegment segment) {
        return storage.allocate(segment.byteSize()).copyFrom(segment);
    }

    private Operand.Weights pack(Operand.Weights w, Packing packing) {
        MemorySegment to = storage.allocate(packing.bytes(w.type(), w.rows(), w.cols()));
        pack(w, packing, to);
        return new Operand.Weights(to, 0, w.type(), w.rows(), w.cols(), packing);
    }

    /** Packs weights that are as the file has them. */
    static void pack(Operand.Weights w, Packing packing, MemorySegment to) {
        long group = packing.groupRows();
        for (long row = 0; row < w.rows(); row += group) {
            packing.packGroup(w.type(), w.cols(), (int) Math.min(group, w.rows() - row), w.segment(),
                    w.offset() + row * w.type().bytes(w.cols()), to,
                    row / group * packing.groupBytes(w.type(), w.cols()));
        }
    }

    private TensorView matrix(Spec spec) {
        long count = !spec.rows().isSymbolic()
                ? spec.rows().size()
                : spec.rows().equals(Dim.CONTEXT) ? positions : rows;
        TensorView view = TensorView.allocate(storage, DType.F32, count, spec.cols());
        fill(view.segment(), count * spec.cols());
        return spec.type() == DType.F32 ? view : quantized(view, spec.type());
    }

    /** Activations in Q8, by the scalar kernel. */
    private TensorView quantized(TensorView x, DType type) {
        TensorView y = TensorView.allocate(storage, type, x.rows(), x.cols());
        KernelRequest request = new KernelRequest(new Op.Quantize(), List.of(new Spec(DType.F32, Dim.TOKENS, x.cols())),
                List.of(new Spec(type, Dim.TOKENS, x.cols())));
        KernelFactory factory = KernelTable.of(List.of(new RefProvider())).choose(request).factory();
        Kernel kernel = factory.bind(new KernelArgs(request, List.of(new Operand.Matrix(x)), List.of(y)));
        Batch batch = new Batch(storage, rows, 1, rows);
        batch.addSequence(new int[1], 1);
        for (int r = 0; r < rows; r++) {
            batch.addRow(0, r, false);
        }
        kernel.run(batch, 0, 1, Scratch.allocate(storage, factory.scratch(request)));
        return y;
    }

    /** Blocks with random codes: not every format that is read has an encoder. */
    private Operand.Weights weights(Spec spec) {
        MemorySegment segment = storage.allocate(spec.type().bytes(spec.cols()) * spec.rows().size());
        RandomBlocks.fill(segment, spec.type(), DEVIATION, random);
        return new Operand.Weights(segment, 0, spec.type(), spec.rows().size(), spec.cols(), Packing.STORED);
    }

    private Operand.Table table(Spec spec) {
        Operand.Weights w = weights(spec);
        long rowBytes = spec.type().bytes(spec.cols());
        return new Operand.Table((row, dst, at) -> MemorySegment.copy(w.segment(), row * rowBytes, dst, at, rowBytes),
                spec.type(), spec.rows().size(), spec.cols());
    }

    private Operand.Cache cache(DType type, int layer, int kvHeads, int headSize) {
        KvLayout layout = new KvLayout(type, layer + 1, kvHeads, headSize, positions / KvLayout.BLOCK);
        Operand.Cache cache = new Operand.Cache(storage.allocate(layout.bytes()), layout);
        TensorView row = TensorView.allocate(storage, DType.F32, 1, kvHeads * headSize);
        Batch batch = new Batch(storage, 1, 1, layout.blocks());
        int[] table = IntStream.range(0, layout.blocks()).toArray();
        CacheWriter writer = new CacheWriter(cache, layer);
        for (int position = 0; position < positions; position++) {
            fill(row.segment(), row.cols());
            batch.clear();
            batch.addSequence(table, table.length);
            batch.addRow(0, position, false);
            writer.write(batch, 0, row, row);
        }
        return cache;
    }

    private void fill(MemorySegment segment, long count) {
        for (long i = 0; i < count; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, next());
        }
    }

    /** Evenly between −1 and 1. */
    private float next() {
        return (random.nextInt() >> 7) * 0x1p-24f;
    }
}
