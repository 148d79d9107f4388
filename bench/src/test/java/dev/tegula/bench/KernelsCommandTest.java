package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine;

class KernelsCommandTest {
    private static CommandLineOptions options(String... words) throws CommandLineOptionException {
        KernelsCommand command = new KernelsCommand();
        new CommandLine(command).parseArgs(words);
        return new CommandLineOptions(command.arguments().toArray(String[]::new));
    }

    @Test
    void ratesAndAllocatedBytesArePrinted() throws CommandLineOptionException {
        CommandLineOptions options = options("--filter", "MatMulBench", "-p", "engine=ref", "-wi", "3");
        assertEquals(List.of("MatMulBench"), options.getIncludes());
        assertEquals(List.of("ref"), List.copyOf(options.getParameter("engine").get()));
        assertEquals(3, options.getWarmupIterations().get());
        assertEquals(List.of(RateProfiler.class.getName(), EnergyProfiler.class.getName(), "gc"),
                options.getProfilers().stream().map(profiler -> profiler.getKlass()).toList());
    }

    @Test
    void profilersThatAreNamedAreAll() throws CommandLineOptionException {
        assertEquals(List.of("stack"),
                options("-prof=stack").getProfilers().stream().map(profiler -> profiler.getKlass()).toList());
        assertEquals(List.of("stack"),
                options("-prof", "stack").getProfilers().stream().map(profiler -> profiler.getKlass()).toList());
    }

    @Test
    void aTrialThatFailsEndsTheRunUnlessTheUserSaysOtherwise() throws CommandLineOptionException {
        assertTrue(options("--filter", "MatMulBench").shouldFailOnError().get());
        assertFalse(options("-foe", "false").shouldFailOnError().get());
        assertFalse(options("-foe=false").shouldFailOnError().get());
    }

    /** In a JVM of its own, which JMH ends. */
    @Test
    void theStatusSaysThatATrialFailed() throws IOException, InterruptedException {
        assertEquals(1, status("-p", "engine=abacus"));
        assertEquals(0, status("-p", "engine=abacus", "-foe", "false"));
        assertEquals(0, status("-p", "engine=ref"));
    }

    private static int status(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"), "dev.tegula.bench.Main", "kernels", "--filter",
                        "GateBench", "-p", "op=add", "-p", "rows=1", "-f", "0", "-wi", "0", "-i", "1", "-r", "1ms"));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void whatJmhWouldNotSayIsALine() {
        assertEquals("'(' is no regular expression: Unclosed group", refusal("--filter", "("));
        assertEquals("'[' is no regular expression: Unclosed character class", refusal("-e", "["));
        assertEquals("no benchmark's name contains a match of no such thing ('tegula bench kernels -l' lists them)",
                refusal("--filter", "no such thing"));
        assertEquals("-p nonsense=…: no benchmark of these has such a parameter, they have [activation, cols,"
                + " engine, op, rows, threads, tile]",
                refusal("--filter", "GateBench", "-p", "rows=1", "-p", "nonsense=1"));
        assertEquals("-p prompt=…: no benchmark of these has such a parameter, they have [options, vocabulary]",
                refusal("--filter", "SamplingBench", "-p", "prompt=5"));
        assertTrue(refusal("--filter", "GateBench", "-pnonsense=1").startsWith("-p nonsense=…: "));
        assertTrue(refusal("--filter", "GateBench", "-p=nonsense=1").startsWith("-p nonsense=…: "));
        assertTrue(refusal("--filter", "GateBench", "-wi", "many").contains("many"), "JMH's own words");
    }

    @Test
    void theCommandsOfReportsRowsAreTaken() {
        String before = "./tegula bench kernels ";
        for (Class<? extends KernelBench> suite : Suites.all()) {
            String line = Workload.of(suite).getFirst().command("ref", 2);
            assertTrue(line.startsWith(before), line);
            KernelsCommand command = new KernelsCommand();
            new CommandLine(command).parseArgs(line.substring(before.length()).split(" "));
            assertDoesNotThrow(command::arguments, line);
        }
    }

    private static String refusal(String... words) {
        StringWriter err = new StringWriter();
        String[] all = Stream.concat(Stream.of("kernels"), Stream.of(words)).toArray(String[]::new);
        assertEquals(2, Main.commandLine().setErr(new PrintWriter(err)).execute(all), err.toString());
        List<String> lines = err.toString().lines().toList();
        assertEquals("Try 'tegula bench kernels --help'.", lines.getLast());
        assertEquals(2, lines.size(), err.toString());
        return lines.getFirst().substring("tegula: ".length());
    }
}
