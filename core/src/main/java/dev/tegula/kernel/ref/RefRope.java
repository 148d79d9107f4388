package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
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

/** Twin of {@link Op.Rope}, pairs as {@link HeadRotation} turns them. */
final class RefRope implements Kernel {
    private final TensorView x;
    private final TensorView y;
    private final HeadRotation rotation;

    private RefRope(KernelArgs args) {
        Op.Rope op = (Op.Rope) args.request().op();
        this.x = args.matrix(0);
        this.y = args.output();
        this.rotation = new HeadRotation(args.matrix(1), op.headSize(), op.dims(), op.halves());
    }

    static KernelFactory factory() {
        return TypedFactory.of(KernelId.of("rope", DType.F32, DType.F32, DType.F32, "row", "ref"), Op.Rope.class,
                List.of(DType.F32, DType.F32), List.of(DType.F32), RefRope::new);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(batch.rows(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(batch.rows(), portion + 1, portions);
        for (int r = Portions.first(batch.rows(), portion, portions); r < end; r++) {
            rotation.run(x, y, r, batch.position(r));
        }
    }
}
