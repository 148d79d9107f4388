package dev.tegula.cpu.elem;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;

/** {@link Op.Rope}, by rows. */
final class Rope implements Kernel {
    private final TensorView x;
    private final TensorView y;
    private final Rotation rotation;

    Rope(KernelArgs args) {
        Op.Rope op = (Op.Rope) args.request().op();
        this.x = args.matrix(0);
        this.y = args.output();
        this.rotation = new Rotation(args.matrix(1), op.headSize(), op.dims(), op.halves());
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(batch.rows(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(batch.rows(), portion + 1, portions);
        for (int r = Portions.first(batch.rows(), portion, portions); r < end; r++) {
            rotation.run(x, y, r, batch.position(r), scratch.bytes());
        }
    }
}
