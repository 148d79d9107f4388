package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code verify-kernels}, with the real kernels of one op and with an engine that is wrong. */
@Timeout(300)
class VerifyKernelsCommandTest {
    private static final String ADD = "add.f32.f32.f32.row.wrong";

    @Test
    void vectorKernelsAgreeAtEveryWidth() {
        Map<?, ?> object = Json.parseObject(
                Cli.run("verify-kernels", "--json", "--engines", "vec", "--filter", "^add\\.").ok().out());
        assertEquals(true, object.get("agree"));
        Set<Object> widths = new TreeSet<>();
        for (Map<?, ?> row : maps(object.get("kernels"))) {
            assertEquals("add.f32.f32.f32.row.vec", row.get("kernel"));
            assertEquals(0L, row.get("error_ulps"));
            assertEquals(List.of(), row.get("differences"));
            assertTrue((Long) row.get("calls") > 100);
            widths.add(row.get("vector_bits"));
        }
        assertTrue(widths.contains(128L), widths.toString());
        // Widths that ran and widths that were refused are all there are; without the Vector API the engine refuses.
        Map<String, Object> reasons = maps(object.get("refusals")).stream()
                .collect(Collectors.toMap(row -> row.get("vector_bits").toString(), row -> row.get("refused")));
        assertTrue(reasons.get("[0]").toString().contains("--add-modules jdk.incubator.vector"), reasons.toString());
        for (long bits : new long[]{256, 512}) {
            assertTrue(
                    widths.contains(bits) || reasons.get("[" + bits + "]").toString().contains("this CPU has at most"),
                    reasons.toString());
        }
    }

    @Test
    void aWrongKernelIsFoundAndItsElementNamed() {
        Cli cli = Cli.run("verify-kernels", "--engines", "wrong", "--filter", "add", "--seed", "3");
        assertEquals(TegulaCommand.FAILED, cli.status(), cli.err());
        List<String> lines = cli.out().lines().toList();
        assertTrue(lines.get(1).matches(ADD.replace(".", "\\.") + " +off +\\d+ +1 ulp +0 ulp"), cli.out());
        assertTrue(lines.get(2)
                .startsWith("    Add[](F32[T×1], F32[T×1]), 1 rows, 1 workers, USUAL: 1 of 1 elements, "
                        + "row 0 column 0: "),
                cli.out());
        assertTrue(lines.getLast().endsWith(" calls: not in order: " + ADD), cli.out());
        Map<?, ?> row = maps(Json.parseObject(
                Cli.run("verify-kernels", "--json", "--engines", "wrong", "--filter", "add").out()).get("kernels"))
                .getFirst();
        assertEquals(1L, row.get("error_ulps"));
        assertEquals(0L, row.get("bound_ulps"));
    }

    @Test
    void aKernelThatFailsOrEndsTheJvmIsNamed() {
        Cli cli = Cli.run("verify-kernels", "--engines", "wrong", "--filter", "softmax");
        assertEquals(TegulaCommand.FAILED, cli.status(), cli.err());
        assertTrue(cli.out().contains("    failed: java.lang.IllegalStateException: out of order\n"), cli.out());
        assertTrue(cli.out().contains("    the JVM ended with status 7\n"), cli.out());
        assertTrue(
                cli.out().endsWith("not in order: softmax.f32.f32.f32.fails.wrong, softmax.f32.f32.f32.halts.wrong\n"),
                cli.out());
    }

    @Test
    void wrongUsage() {
        assertUsage("'abacus'", "--engines", "abacus");
        assertUsage("Unclosed group", "--filter", "(");
        assertUsage("no kernel of [wrong] matches gateup", "--engines", "wrong", "--filter", "gateup");
        assertUsage("--seed", "--seed", "x");
    }

    private static void assertUsage(String message, String... options) {
        List<String> args = new ArrayList<>(List.of("verify-kernels"));
        args.addAll(List.of(options));
        Cli cli = Cli.run(args.toArray(String[]::new));
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains(message), cli.err());
    }

    @Test
    void childrenTakeOverFlagsButThoseOfTheVectorApi() {
        assertEquals(List.of("-Xmx1g", "--add-modules=a,b", "-Dx=y"),
                ChildJvm.flags(List.of("-Xmx1g", "--add-modules=a,jdk.incubator.vector,b", "-XX:AOTCache=start.aot",
                        "--add-modules=jdk.incubator.vector", "-Dtegula.vector.bits=128", "-Dx=y",
                        "-agentlib:jdwp=transport=dt_socket")));
    }

    private static List<? extends Map<?, ?>> maps(Object list) {
        return ((List<?>) list).stream().map(item -> (Map<?, ?>) item).toList();
    }
}
