package dev.tegula.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What C2 makes of the kernels of a family in a JVM of their own: no vector is an object, and what must be inlined is. That
 * is all of the Vector API and the accessors of memory, and those of our own methods that a method with vectors calls and
 * that have no loop. A method with a loop is a step, which works on memory; it may be a call, and the large ones are.
 * Methods without vectors are what is around the loops: what they call for each row or panel may be a call as well.
 */
class InliningTest {
    private static final String OURS = "dev.tegula.";
    /** Not hot, says the compiler; or on its way to an exception. */
    private static final Set<String> COLD = Set.of("call site not reached", "never executed", "low call site frequency",
            "executed < MinInliningThreshold times", "unloaded signature classes", "exception method",
            "don't inline Throwable constructors");
    /** Makes an exception for an operator that a class of vectors has not; no kernel asks for one. */
    private static final String BAD_OPERATOR = "badOp";
    /** What moves many bytes is a step too. */
    private static final Set<String> BULK = Set.of("copy", "fill", "mismatch");

    /** Many more than the compiler needs; a run ends with the first rounds that allocate nothing. */
    private static final int ROUNDS = 20_000;

    /** Runs more where one finds something. */
    private static final int AGAIN = 3;

    @TempDir
    Path folder;

    /**
     * What a run found.
     *
     * @param boxed kernels whose calls still allocate
     * @param calls what is left as a call and must not be
     * @param compiled methods that C2 compiled
     */
    private record Findings(Set<String> boxed, Set<String> calls, Set<String> compiled) {
        boolean isClean() {
            return boxed.isEmpty() && calls.isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"floats, (matmul\\.f32\\.f32\\.(f32|f16|bf16)|gateup\\.f32\\.f32\\.f32)\\..*, Finish sigmoids",
        "blocks of 32, matmul\\..*\\.(q8_0|q4_1)\\..*, TallTile blocks",
        "blocks of 256, matmul\\..*\\.(q2_k|q5_k)\\..*, TallTile sums",
        "pairs in int16, matmul\\..*\\.(q4_0|q4_k|q6_k|tq2_0)\\..*, PairTile low",
        "integers of N bits, gateup\\..*\\.(int3_g32|uint7_g128)\\..*, MicroFields next",
        "attention, attention\\..*, Scores four",
        "elements, '(rmsnorm|layernorm|add|gate|softmax|topk|rope|quantize|normquantize|ropekvwrite)\\..*', Norm scaled"})
    void hotHelpersAreInlinedAndNoVectorIsBoxed(String family, String ids, String method) throws Exception {
        Findings findings = run(ids, ROUNDS);
        for (int more = 0; more < AGAIN && !findings.isClean(); more++) {
            // The compiler decides by what it has seen when a method's turn comes, which differs from run to run. What several
            // runs have in common is no accident.
            Findings again = run(ids, ROUNDS);
            findings.boxed().retainAll(again.boxed());
            findings.calls().retainAll(again.calls());
        }
        assertEquals(Set.of(), findings.boxed(), family);
        assertEquals(Set.of(), findings.calls(), family);
        assertTrue(findings.compiled().stream().anyMatch(name -> name.contains("." + method + " ")),
                family + ": " + method + " is not among " + findings.compiled());
    }

    /** Takes the compiler an operation away; then vectors are objects, and the log names the call. */
    @Test
    void whatIsNotInlinedIsFound() throws Exception {
        Findings findings = run("add\\..*", 1000,
                "-XX:CompileCommand=dontinline,jdk.incubator.vector.FloatVector::lanewise*");
        assertFalse(findings.boxed().isEmpty());
        assertTrue(findings.calls().stream().anyMatch(call -> call.contains("FloatVector.lanewise")),
                findings.calls().toString());
    }

    private Findings run(String ids, int rounds, String... flags) throws Exception {
        Path log = folder.resolve("compilation.xml");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                        "--add-modules=jdk.incubator.vector", "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:CompileCommand=quiet", "-XX:+LogCompilation", "-XX:LogFile=" + log));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HotLoops.class.getName(), ids,
                Integer.toString(rounds)));
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .toList();
        assertTrue(process.waitFor(10, TimeUnit.MINUTES), "does not end");
        assertEquals(0, process.exitValue(), Files.readString(err));
        assertFalse(lines.isEmpty(), "no kernel is called " + ids);
        Map<String, List<CompileLog.Call>> calls = CompileLog.read(log, OURS + "cpu.");
        calls.keySet().removeIf(name -> name.startsWith(HotLoop.class.getName()));
        Set<String> boxed = new TreeSet<>(lines);
        boxed.removeIf(line -> line.startsWith(HotLoops.QUIET));
        return new Findings(boxed, mustBeInlined(calls), new TreeSet<>(calls.keySet()));
    }

    private static Set<String> mustBeInlined(Map<String, List<CompileLog.Call>> calls)
            throws IOException, URISyntaxException {
        Bytecode code = Bytecode.of(
                Path.of(CpuKernelProvider.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        return calls.values()
                .stream()
                .flatMap(List::stream)
                .filter(call -> !COLD.contains(call.reason()) && mustBeInlined(call, code))
                .map(CompileLog.Call::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean mustBeInlined(CompileLog.Call call, Bytecode code) {
        if (call.owner().startsWith(OURS)) {
            int dot = call.caller().lastIndexOf('.');
            return code.usesVectors(internal(call.caller().substring(0, dot)), call.caller().substring(dot + 1))
                    && !code.hasLoop(internal(call.owner()), call.name());
        }
        boolean accessor = call.owner().startsWith("java.lang.foreign.MemorySegment")
                || call.owner().matches("jdk\\.internal\\.foreign\\.\\w+MemorySegmentImpl")
                || call.owner().equals("jdk.internal.misc.ScopedMemoryAccess");
        return call.owner().startsWith("jdk.incubator.vector.") && !call.name().equals(BAD_OPERATOR)
                || call.owner().startsWith("jdk.internal.vm.vector.")
                || accessor && !BULK.contains(call.name());
    }

    private static String internal(String name) {
        return name.replace('.', '/');
    }
}
