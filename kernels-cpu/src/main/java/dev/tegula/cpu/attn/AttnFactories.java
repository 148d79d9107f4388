package dev.tegula.cpu.attn;

import dev.tegula.cpu.CpuKernelProvider;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.util.List;

/** The table rows of attention, one per format of the cache. */
public final class AttnFactories {
    private AttnFactories() {}

    /** All rows. */
    public static List<KernelFactory> all() {
        return KvLayout.TYPES.stream().map(AttnFactories::factory).toList();
    }

    private static KernelFactory factory(DType cache) {
        return TypedFactory
                .of(KernelId.of("attention", DType.F32, DType.F32, cache, "32x32", CpuKernelProvider.ENGINE),
                        Op.Attention.class, List.of(DType.F32, cache), List.of(DType.F32), args -> new Attention(args))
                .withScratch(
                        request -> Scratch.Size.ofBytes(Tile.bytes(((Op.Attention) request.op()).headSize(), cache)));
    }
}
