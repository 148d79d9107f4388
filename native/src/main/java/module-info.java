/** C kernels bound through the foreign function interface; refused with a reason where their library cannot be used. */
module dev.tegula.nat {
    requires transitive dev.tegula.core;

    exports dev.tegula.nat;

    provides dev.tegula.kernel.KernelProvider with dev.tegula.nat.AmxProvider, dev.tegula.nat.Avx512Provider, dev.tegula.nat.AvxVnniProvider,
            dev.tegula.nat.Avx2Provider, dev.tegula.nat.I8mmProvider, dev.tegula.nat.NeonProvider;
}
