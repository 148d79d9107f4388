package dev.tegula.nat;

/** Native kernels for CPUs with AMX-int8 beside AVX-512, such as Xeons from Sapphire Rapids on. */
public final class AmxProvider extends NativeProvider {
    /** Made by the kernel table. */
    public AmxProvider() {
        super(Isa.AMX);
    }
}
