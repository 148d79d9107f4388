package dev.tegula.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * No loop of a compiled kernel allocates, boxes, uses {@code invokedynamic} or calls through an interface, and no vector
 * outlives its method. Loops are those of {@code Kernel.run} and of all that it calls, into {@code core} too; binding a
 * kernel and cutting its work into portions are not among them, and neither is an exception on its way out.
 *
 * <p>Interfaces that a loop may call:
 * <ul>
 * <li>{@code MemorySegment} and {@code VectorSpecies}: the compiler replaces their methods by instructions;
 * <li>{@code MicroKernel}: {@code Linear} calls it for each row and panel. That is more often than once per portion, but
 * every call takes a whole row or a panel of 256 elements by a vector or two, thousands of elements, and has loops of its
 * own; so the call is found neither in its time nor in its loops.
 * </ul>
 */
class HygieneTest {
    private static final Set<String> INTERFACES = Set.of("java/lang/foreign/MemorySegment",
            "jdk/incubator/vector/VectorSpecies", "dev/tegula/cpu/gemm/MicroKernel");

    private static Path classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).resolve("dev/tegula/cpu");
    }

    @Test
    void kernelsAreClean() throws IOException, URISyntaxException {
        Hygiene.Result result = Hygiene.check(Bytecode.of(classes(CpuKernelProvider.class)), INTERFACES);
        assertEquals(Set.of(), result.faults());
        // The loops are really seen: today there are 200 methods with 14,000 instructions in loops.
        assertTrue(result.methods() > 100 && result.inLoops() > 5000, result.toString());
    }

    @Test
    void everyFaultIsFound() throws IOException, URISyntaxException {
        Path file = classes(DirtyKernel.class).resolve("DirtyKernel.class");
        assertEquals(
                Set.of("dev/tegula/cpu/DirtyKernel: a vector in the field kept", "DirtyKernel.run: an array of vectors",
                        "DirtyKernel.run: a vector in a lambda", "DirtyKernel.step: allocates an array of INT",
                        "DirtyKernel.step: allocates java/lang/StringBuilder",
                        "DirtyKernel.step: boxes with java/lang/Integer.valueOf",
                        "DirtyKernel.step: calls the interface method java/util/List.add",
                        "DirtyKernel.step: calls the interface method java/util/function/IntUnaryOperator.applyAsInt",
                        "DirtyKernel.step: invokedynamic applyAsInt",
                        "DirtyKernel.step: invokedynamic makeConcatWithConstants"),
                Hygiene.check(Bytecode.of(file), INTERFACES).faults());
    }
}
