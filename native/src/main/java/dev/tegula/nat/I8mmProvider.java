package dev.tegula.nat;

/** Native kernels for AArch64 CPUs with matrix products of bytes, such as Neoverse V1 and N2. */
public final class I8mmProvider extends NativeProvider {
    /** Made by the kernel table. */
    public I8mmProvider() {
        super(Isa.I8MM);
    }
}
