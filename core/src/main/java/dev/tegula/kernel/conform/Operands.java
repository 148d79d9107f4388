package dev.tegula.kernel.conform;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Makes operands of a request. */
final class Operands {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;

    /** Rows of a table by position: as many as the ops that read one can see. */
    private static final int POSITIONS = Batches.positions(new Op.Rope(1, 2, 2, false));

    private final Storage storage;
    private final SplittableRandom random;
    private final Fill fill;
    private final Blocks blocks;
    /** Values for the cache, which is too large to draw each of its elements. */
    private final float[] cacheValues = new float[8191];
    /** Rows of matrices with one per row of the batch. */
    private final int batchRows;
    private int nextCacheValue;

    Operands(Storage storage, SplittableRandom random, Fill fill, int batchRows) {
        this.batchRows = batchRows;
        this.storage = storage;
        this.random = random;
        this.fill = fill;
        this.blocks = new Blocks(random, fill);
        for (int i = 0; i < cacheValues.length; i++) {
            cacheValues[i] = fill.next(random, i);
        }
    }

    /** An input of a request as the twin wants it. */
    Operand input(KernelRequest request, int i, Batch batch) {
        KernelRequest.Spec spec = request.input(i);
        return switch (request.op()) {
            case Op.Embed op -> {
                Operand.Weights w = weights(spec.type(), spec.rows().size(), spec.cols());
                long rowBytes = spec.type().bytes(spec.cols());
                yield new Operand.Table(
                        (row, dst, at) -> MemorySegment.copy(w.segment(), row * rowBytes, dst, at, rowBytes),
                        spec.type(), spec.rows().size(), spec.cols());
            }
            case Op.MatMul op when i == 1 -> weights(spec.type(), spec.rows().size(), spec.cols());
            case Op.GateUp op when i > 0 -> weights(spec.type(), spec.rows().size(), spec.cols());
            case Op.KvWrite op when i == 2 -> cache(spec.type(), op, op.layer(), op.kvHeads(), op.headSize());
            case Op.RopeKvWrite op when i == 4 -> cache(spec.type(), op, op.layer(), op.kvHeads(), op.headSize());
            case Op.Attention op when i == 1 -> {
                Operand.Cache cache = cache(spec.type(), op, op.layer(), op.kvHeads(), op.headSize());
                fillSeen(cache, op.layer(), batch);
                yield cache;
            }
            default -> new Operand.Matrix(matrix(spec));
        };
    }

    /** A matrix whose rows lie a little apart; activations in Q8 are quantized from random values. */
    TensorView matrix(KernelRequest.Spec spec) {
        int rows = rows(spec);
        TensorView view = empty(spec);
        for (int r = 0; r < rows; r++) {
            if (!spec.type().isBlocked()) {
                for (int i = 0; i < spec.cols(); i++) {
                    put(view, view.rowOffset(r), i, fill.next(random, i));
                }
            } else {
                blocks.activations(view, r);
            }
        }
        return view;
    }

    private static void put(TensorView view, long row, int i, float value) {
        if (view.type() == DType.F32) {
            view.segment().set(F32, row + 4L * i, value);
        } else {
            view.segment().set(I16, row + 2L * i, Bf16.ofF32(value));
        }
    }

    /** Memory for a matrix, with bytes that mean nothing. */
    TensorView empty(KernelRequest.Spec spec) {
        int rows = rows(spec);
        long rowBytes = Math.ceilDiv(spec.type().bytes(spec.cols()), 64L) * 64 + 64;
        MemorySegment segment = storage.allocate(rows * rowBytes);
        segment.fill((byte) 0x5A);
        return new TensorView(segment, 0, spec.type(), rows, spec.cols(), rowBytes);
    }

    private int rows(KernelRequest.Spec spec) {
        if (!spec.rows().isSymbolic()) {
            return Math.toIntExact(spec.rows().size());
        }
        return spec.rows().equals(Dim.CONTEXT) ? POSITIONS : batchRows;
    }

    /** Random weights in the file's layout. */
    Operand.Weights weights(DType type, long rows, int cols) {
        long bytes = Math.multiplyExact(rows, type.bytes(cols));
        MemorySegment segment = storage.allocate(bytes);
        if (Codecs.hasCodes(type)) {
            blocks.weights(type, rows, cols, segment);
        } else {
            for (long i = 0; i < rows * cols; i++) {
                // Half as fast as activations change their sign, so that products alternate too.
                float value = fill.next(random, (int) (i % cols) >> 1);
                switch (type) {
                    case F32 -> segment.set(F32, 4 * i, value);
                    case F16 -> segment.set(I16, 2 * i, Float.floatToFloat16(value));
                    default -> segment.set(I16, 2 * i, (short) (Float.floatToRawIntBits(value) >>> 16));
                }
            }
        }
        return new Operand.Weights(segment, 0, type, rows, cols, Packing.STORED);
    }

    /** The same weights in another layout. */
    Operand.Weights packed(Operand.Weights stored, Packing packing) {
        MemorySegment segment = storage.allocate(packing.bytes(stored.type(), stored.rows(), stored.cols()));
        segment.fill((byte) 0xFF);
        long rowBytes = stored.type().bytes(stored.cols());
        int group = packing.groupRows();
        for (long row = 0; row < stored.rows(); row += group) {
            packing.packGroup(stored.type(), stored.cols(), (int) Math.min(group, stored.rows() - row),
                    stored.segment(), row * rowBytes, segment,
                    row / group * packing.groupBytes(stored.type(), stored.cols()));
        }
        return new Operand.Weights(segment, 0, stored.type(), stored.rows(), stored.cols(), packing);
    }

    /** A pool in which every element is NaN. */
    private Operand.Cache cache(DType type, Op op, int layer, int kvHeads, int headSize) {
        KvLayout layout = new KvLayout(type, layer + 1, kvHeads, headSize, Batches.blocks(op));
        MemorySegment pool = storage.allocate(layout.bytes());
        pool.fill((byte) 0xFF);
        return new Operand.Cache(pool, layout);
    }

    /** Writes the positions up to each sequence's last row; the rest stays NaN, which no result may show. */
    private void fillSeen(Operand.Cache cache, int layer, Batch batch) {
        KvLayout layout = cache.layout();
        for (int s = 0; s < batch.sequences(); s++) {
            int last = batch.position(batch.firstRow(s + 1) - 1);
            for (int position = 0; position <= last; position++) {
                int block = batch.block(s, position / KvLayout.BLOCK);
                int slot = position % KvLayout.BLOCK;
                for (int h = 0; h < layout.kvHeads(); h++) {
                    for (int d = 0; d < layout.headSize(); d++) {
                        put(cache, layout.keyOffset(layer, block, h), d, slot, d * KvLayout.BLOCK + slot);
                        put(cache, layout.valueOffset(layer, block, h), d, slot, slot * layout.headSize() + d);
                    }
                }
            }
        }
    }

    /** Writes element d of a position's head, which is element i of that head's memory; of Q8_0 any code and a scale. */
    private void put(Operand.Cache cache, long at, int d, int slot, int i) {
        float value = cacheValues[nextCacheValue++ % cacheValues.length];
        MemorySegment pool = cache.segment();
        switch (cache.layout().type()) {
            case F32 -> pool.set(F32, at + 4L * i, value);
            case F16 -> pool.set(I16, at + 2L * i, Float.floatToFloat16(value));
            case BF16 -> pool.set(I16, at + 2L * i, Bf16.ofF32(value));
            default -> {
                pool.set(ValueLayout.JAVA_BYTE, at + cache.layout().scaleBytes() + i,
                        (byte) Float.floatToRawIntBits(value * 0x1.234p5f));
                if (d % DType.Q8_0.blockLength() == 0) {
                    pool.set(I16, at + KvLayout.scaleOffset(d, slot), Float.floatToFloat16(value));
                }
            }
        }
    }

    /** A copy, in memory of its own, of an operand that a kernel may write to. */
    Operand copy(Operand operand, boolean writesCache) {
        return switch (operand) {
            case Operand.Matrix(TensorView view) -> new Operand.Matrix(copy(view));
            case Operand.Cache(MemorySegment pool, KvLayout layout) ->
                writesCache ? new Operand.Cache(copy(pool), layout) : operand;
            case Operand.Weights weights -> weights;
            case Operand.Table table -> table;
        };
    }

    private TensorView copy(TensorView view) {
        return new TensorView(copy(view.segment()), view.offset(), view.type(), view.rows(), view.cols(),
                view.rowBytes());
    }

    private MemorySegment copy(MemorySegment segment) {
        return storage.allocate(segment.byteSize()).copyFrom(segment);
    }
}
