package dev.tegula.nat;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The C functions compiled for an instruction set, looked up when a kernel is bound.
 *
 * @param library the address of a C function by its whole name
 * @param blockings how linear layers are cut into blocks; asked when a kernel is bound
 */
record Functions(Isa isa, Function<String, MemorySegment> library, Supplier<Blockings> blockings) {
    /** Those of the library that this JVM has loaded, or loads with the first look-up, as this machine uses them. */
    static Functions of(Isa isa) {
        return new Functions(isa, name -> NativeLoader.instance().function(name), () -> Blockings.of(isa));
    }

    /** The same with other blockings. */
    Functions withBlockings(Supplier<Blockings> others) {
        return new Functions(isa, library, others);
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
