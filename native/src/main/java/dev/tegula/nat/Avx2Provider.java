package dev.tegula.nat;

/** Native kernels for CPUs with AVX2 with FMA and F16C. */
public final class Avx2Provider extends NativeProvider {
    /** Made by the kernel table. */
    public Avx2Provider() {
        super(Isa.AVX2);
    }
}
