package dev.tegula.nat;

/** Native kernels for CPUs with AVX-512 F, BW, DQ, VL and VNNI. */
public final class Avx512Provider extends NativeProvider {
    /** Made by the kernel table. */
    public Avx512Provider() {
        super(Isa.AVX512);
    }
}
