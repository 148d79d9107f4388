package dev.tegula.nat;

/** Native kernels for CPUs with AVX-512F. */
public final class Avx512Provider extends NativeProvider {
    /** Made by the kernel table. */
    public Avx512Provider() {
        super(Isa.AVX512);
    }
}
