package dev.tegula.cpu.elem;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.CacheWriter;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;

/**
 * {@link Op.RopeKvWrite}, by rows. Keys are turned where they lie and then stored transposed, one element to each of
 * headSize lines of the cache, which no vector does better than plain Java.
 */
final class RopeKvWrite implements Kernel {
    private final TensorView q;
    private final TensorView k;
    private final TensorView v;
    private final TensorView y;
    private final Rotation rotation;
    private final CacheWriter writer;

    RopeKvWrite(KernelArgs args) {
        Op.RopeKvWrite op = (Op.RopeKvWrite) args.request().op();
        this.q = args.matrix(0);
        this.k = args.matrix(1);
        this.v = args.matrix(2);
        this.y = args.output();
        this.rotation = new Rotation(args.matrix(3), op.headSize(), op.dims(), op.halves());
        this.writer = new CacheWriter(args.cache(4), op.layer());
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(batch.rows(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(batch.rows(), portion + 1, portions);
        for (int r = Portions.first(batch.rows(), portion, portions); r < end; r++) {
            rotation.run(q, y, r, batch.position(r), scratch.bytes());
            rotation.run(k, k, r, batch.position(r), scratch.bytes());
            writer.write(batch, r, k, v);
        }
    }
}
