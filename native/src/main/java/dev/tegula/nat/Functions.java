package dev.tegula.nat;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * The C functions compiled for an instruction set, looked up when a kernel is bound.
 *
 * @param library the address of a C function by its whole name
 */
record Functions(Isa isa, Function<String, MemorySegment> library) {
    /** Those of the library that this JVM has loaded, or loads with the first look-up. */
    static Functions of(Isa isa) {
        return new Functions(isa, name -> NativeLoader.instance().function(name));
    }

    /**
     * The address of a function.
     *
     * @param family the part of its name between {@code tegula_} and the instruction set
     * @throws IllegalStateException when the library is not loaded or lacks it
     */
    MemorySegment find(String family) {
        return library.apply("tegula_" + family + "_" + isa.suffix());
    }
}
