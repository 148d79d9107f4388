package dev.tegula.nat;

/** Native kernels for AArch64 CPUs with dot products of bytes, such as Cortex-A76 and Neoverse N1. */
public final class NeonProvider extends NativeProvider {
    /** Made by the kernel table. */
    public NeonProvider() {
        super(Isa.NEON);
    }
}
