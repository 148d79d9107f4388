package dev.tegula.bench.hazard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The versions of each trap agree, one that does not is refused, and JMH runs them all. Times are not looked at. */
class HazardTest {
    private static final List<Class<? extends Hazard>> TRAPS = List.of(ArenaCloseBench.class, CriticalCallsBench.class,
            FloatReduceBench.class, LoopOffsetsBench.class, MasksBench.class, PollutedSegmentsBench.class,
            SegmentKindBench.class, VectorHelperBench.class);

    static List<Class<? extends Hazard>> traps() {
        return TRAPS;
    }

    private static List<String> versions(Class<? extends Hazard> trap) {
        return Stream.of(trap.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(Method::getName)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("traps")
    void versionsAgree(Class<? extends Hazard> trap) throws ReflectiveOperationException {
        assertTrue(versions(trap).size() >= 2, trap.getName());
        for (String version : versions(trap)) {
            Hazard hazard = trap.getDeclaredConstructor().newInstance();
            // Throws where the answer is another than that of plain arithmetic.
            hazard.open(version);
            hazard.close();
        }
    }

    @Test
    void wrongAnswerIsRefused() {
        String message = assertThrows(IllegalStateException.class, () -> new Wrong().open("nearly")).getMessage();
        assertEquals("nearly answers 4.0, not 5.0", message);
    }

    /** A trap with a version that is off by one. */
    public static final class Wrong extends Hazard {
        @Override
        void prepare(Arena memory) {
            // It needs nothing.
        }

        @Override
        double expected() {
            return 5;
        }

        public float nearly() {
            return 4;
        }
    }

    @Test
    void jmhRunsThemAll() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder().include("\\.hazard\\.")
                .param("length", "7")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build()).run();
        Map<String, Long> counts = results.stream()
                .collect(Collectors.groupingBy(
                        result -> result.getParams().getBenchmark().replaceAll("\\.[^.]*$", ""),
                        Collectors.counting()));
        assertEquals(TRAPS.stream().collect(Collectors.toMap(Class::getName, trap -> (long) versions(trap).size())),
                counts);
        for (RunResult result : results) {
            assertTrue(result.getPrimaryResult().getScore() > 0, result.toString());
        }
    }
}
