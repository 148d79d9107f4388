package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.BlockDecoder;
import dev.tegula.tensor.codec.Codecs;
import java.util.List;
import java.util.Objects;

/** Twin of {@link Op.Embed}: decodes the row of each token. */
final class RefEmbed implements Kernel {
    private final Operand.Table table;
    private final BlockDecoder decoder;
    private final TensorView y;
    private final int blocks;

    private RefEmbed(KernelArgs args) {
        this.table = args.table(0);
        this.decoder = Codecs.decoder(table.type());
        this.y = args.output();
        this.blocks = table.cols() / table.type().blockLength();
    }

    static KernelFactory factory(DType table) {
        return TypedFactory
                .of(KernelId.of("embed", DType.F32, table, table, "row", "ref"), Op.Embed.class, List.of(table),
                        List.of(DType.F32), RefEmbed::new)
                .withScratch(request -> Scratch.Size.ofBytes(table.bytes(request.input(0).cols())));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(batch.rows(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(batch.rows(), portion + 1, portions);
        for (int r = Portions.first(batch.rows(), portion, portions); r < end; r++) {
            long token = Objects.checkIndex((long) batch.token(r), table.rows());
            table.source().copy(token, scratch.bytes(), 0);
            decoder.decode(scratch.bytes(), 0, y.segment(), y.rowOffset(r), blocks);
        }
    }
}
