package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What the traps share: the memory, and the answer that every version must give before it is timed. Each version runs in a JVM of its own and only its own
 * answer is looked at there, so that the compiler has seen nothing of the others. Numbers are small integers: all sums are exact, in any order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class Hazard {
    /** Of a cache line and of the widest vector. */
    static final int ALIGNMENT = 64;

    private Arena arena;

    /**
     * Makes the operands and runs the version that is measured once.
     *
     * @throws IllegalStateException when its answer is wrong
     */
    @Setup
    public void open(BenchmarkParams trial) {
        String name = trial.getBenchmark();
        open(name.substring(name.lastIndexOf('.') + 1));
    }

    final void open(String version) {
        arena = Arena.ofShared();
        try {
            prepare(arena);
            double answer = ((Number) getClass().getMethod(version).invoke(this)).doubleValue();
            if (answer != expected()) {
                throw new IllegalStateException(version + " answers " + answer + ", not " + expected());
            }
        } catch (ReflectiveOperationException e) {
            close();
            throw new IllegalStateException(version + " cannot be run", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Makes the operands; memory from the arena stays until the end. */
    abstract void prepare(Arena memory);

    /** What every version must answer. */
    abstract double expected();

    /** Frees the memory. */
    @TearDown
    public void close() {
        arena.close();
    }

    /** Numbers from −3 to 3. */
    static float[] numbers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i * 5 % 7 - 3;
        }
        return values;
    }

    /** A copy in native memory. */
    static MemorySegment inNative(Arena memory, float[] values) {
        MemorySegment segment = memory.allocate((long) values.length * Float.BYTES, ALIGNMENT);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
        return segment;
    }

    /** The sum of the products of two arrays' elements. */
    static double dot(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) x[i] * y[i];
        }
        return sum;
    }
}
