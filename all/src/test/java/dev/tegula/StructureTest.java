package dev.tegula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Module arrows point one way, only the modules meant for it see what is special, and no file outgrows its room. */
class StructureTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** The packages of our own that a module's classes may use. */
    private static final Map<String, Set<String>> ARROWS = Map.of("core", Set.of("core"), "quant",
            Set.of("core", "quant"), "kernels-cpu", Set.of("core", "kernels-cpu"), "native", Set.of("core", "native"),
            "kernels-gpu/opencl", Set.of("core", "kernels-gpu/opencl"));

    private static final Map<String, List<String>> PACKAGES = Map.of("core",
            List.of("tensor", "tile", "kernel", "device", "graph", "exec", "file", "model", "text", "kv", "sample",
                    "engine",
                    "observe"),
            "quant", List.of("quant"), "kernels-cpu", List.of("cpu"), "native", List.of("nat"),
            "kernels-gpu/opencl", List.of("opencl"));

    @ParameterizedTest
    @ValueSource(strings = {"core", "quant", "kernels-cpu", "native", "kernels-gpu/opencl"})
    void modulesUseOnlyThoseBelowThem(String module) throws IOException {
        Set<String> allowed = new TreeSet<>();
        ARROWS.get(module).forEach(m -> PACKAGES.get(m).forEach(p -> allowed.add("dev/tegula/" + p + "/")));
        for (String used : classesUsedBy(module)) {
            if (used.startsWith("dev/tegula/")) {
                assertTrue(allowed.stream().anyMatch(used::startsWith), module + " uses " + used);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"core", "quant", "native"})
    void onlyTheCpuKernelsSeeTheVectorModule(String module) throws IOException {
        assertEquals(List.of(),
                classesUsedBy(module).stream().filter(c -> c.startsWith("jdk/incubator/")).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"core", "quant", "kernels-cpu"})
    void onlyTheNativeModuleCallsDown(String module) throws IOException {
        assertEquals(List.of(),
                classesUsedBy(module).stream().filter(c -> c.equals("java/lang/foreign/Linker")).toList());
    }

    /** See "Loops in the Vector API" in docs/ARCHITECTURE.md. */
    @Test
    void vectorsOfFloatsAndIntsHaveOneWidth() throws IOException {
        Pattern species = Pattern.compile("jdk/incubator/vector/(Float|Int)Vector\\.SPECIES_.*");
        assertEquals(List.of(), referencesOf("kernels-cpu", FieldRefEntry.class).stream()
                .filter(species.asMatchPredicate())
                .toList());
    }

    @Test
    void kernelsSliceNoMemory() throws IOException {
        Set<String> used = referencesOf("kernels-cpu", MemberRefEntry.class);
        used.removeIf(name -> !name.endsWith(".asSlice"));
        assertEquals(Set.of(), used);
    }

    @Test
    void coreNeedsNothingOutsideThePlatformAndNoReflection() throws IOException {
        for (String used : classesUsedBy("core")) {
            boolean platform = used.startsWith("java/") || used.startsWith("jdk/jfr/")
                    || used.startsWith("dev/tegula/");
            assertTrue(platform && !used.startsWith("java/lang/reflect/"), "core uses " + used);
        }
    }

    @Test
    void noFileOutgrowsItsRoom() throws IOException {
        List<String> large = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.filter(f -> f.toString().matches(".*/src/(main|test)/.*\\.(java|c|h)")).toList()) {
                long lines;
                try (Stream<String> content = Files.lines(file)) {
                    lines = content.count();
                }
                if (lines > 420) {
                    large.add(ROOT.relativize(file) + " has " + lines + " lines");
                }
            }
        }
        assertEquals(List.of(), large);
    }

    /** Fields or methods of other classes that a module's classes use, as {@code owner.name}. */
    private static Set<String> referencesOf(String module, Class<? extends MemberRefEntry> kind) throws IOException {
        Set<String> used = new TreeSet<>();
        for (PoolEntry entry : poolOf(module)) {
            if (kind.isInstance(entry)) {
                MemberRefEntry member = kind.cast(entry);
                used.add(member.owner().asInternalName() + "." + member.name().stringValue());
            }
        }
        return used;
    }

    private static Set<String> classesUsedBy(String module) throws IOException {
        Set<String> used = new TreeSet<>();
        for (PoolEntry entry : poolOf(module)) {
            if (entry instanceof ClassEntry type) {
                used.add(type.asInternalName().replaceFirst("^\\[+L", ""));
            }
        }
        used.removeIf(name -> name.startsWith("["));
        return used;
    }

    /** The constants of a module's classes. */
    private static List<PoolEntry> poolOf(String module) throws IOException {
        List<PoolEntry> pool = new ArrayList<>();
        Path classes = ROOT.resolve(module).resolve("target/classes");
        assertTrue(Files.isDirectory(classes), classes + ": build first");
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                if (!file.endsWith("module-info.class")) {
                    ClassFile.of().parse(file).constantPool().forEach(pool::add);
                }
            }
        }
        return pool;
    }
}
