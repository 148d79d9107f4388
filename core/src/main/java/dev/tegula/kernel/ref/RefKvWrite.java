package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.CacheWriter;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.util.List;

/** Twin of {@link Op.KvWrite} and {@link Op.RopeKvWrite}. */
final class RefKvWrite implements Kernel {
    private final TensorView k;
    private final TensorView v;
    private final CacheWriter writer;
    /** Null for a plain write. */
    private final HeadRotation rotation;
    private final TensorView q;
    private final TensorView y;

    private RefKvWrite(KernelArgs args) {
        Op.KvWrite op = (Op.KvWrite) args.request().op();
        this.k = args.matrix(0);
        this.v = args.matrix(1);
        this.writer = new CacheWriter(args.cache(2), op.layer());
        this.rotation = null;
        this.q = null;
        this.y = null;
    }

    private RefKvWrite(KernelArgs args, Op.RopeKvWrite op) {
        this.q = args.matrix(0);
        this.k = args.matrix(1);
        this.v = args.matrix(2);
        this.writer = new CacheWriter(args.cache(4), op.layer());
        this.rotation = new HeadRotation(args.matrix(3), op.headSize(), op.dims(), op.halves());
        this.y = args.output();
    }

    static KernelFactory plain(DType cache) {
        return TypedFactory.of(KernelId.of("kvwrite", cache, DType.F32, DType.F32, "row", "ref"), Op.KvWrite.class,
                List.of(DType.F32, DType.F32, cache), List.of(), RefKvWrite::new);
    }

    static KernelFactory rope(DType cache) {
        return TypedFactory.of(KernelId.of("ropekvwrite", cache, DType.F32, DType.F32, "row", "ref"),
                Op.RopeKvWrite.class, List.of(DType.F32, DType.F32, DType.F32, DType.F32, cache), List.of(DType.F32),
                args -> new RefKvWrite(args, (Op.RopeKvWrite) args.request().op()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(batch.rows(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(batch.rows(), portion + 1, portions);
        for (int r = Portions.first(batch.rows(), portion, portions); r < end; r++) {
            if (rotation != null) {
                rotation.run(q, y, r, batch.position(r));
                rotation.run(k, k, r, batch.position(r));
            }
            writer.write(batch, r, k, v);
        }
    }
}
