package dev.tegula.nat;

/** Native kernels for CPUs with AVX-VNNI beside AVX2, FMA and F16C, such as client CPUs without AVX-512. */
public final class AvxVnniProvider extends NativeProvider {
    /** Made by the kernel table. */
    public AvxVnniProvider() {
        super(Isa.AVXVNNI);
    }
}
