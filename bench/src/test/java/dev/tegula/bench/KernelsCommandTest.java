package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
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
                options("-prof", "stack").getProfilers().stream().map(profiler -> profiler.getKlass()).toList());
    }
}
