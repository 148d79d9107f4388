package dev.tegula.bench.machine;

import dev.tegula.bench.Call;
import dev.tegula.kernel.Cost;
import dev.tegula.nat.PeakLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Reading, copying and the triad y = x + 3 z in each cache and in memory, by the loops of {@code tegula bench machine}: each thread goes
 * round in memory of its own, at most a MiB of each array in a call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MemoryBench {
    private static final List<PeakLoop> LOOPS = List.of(PeakLoop.READ, PeakLoop.COPY, PeakLoop.TRIAD);
    private static final String NATIVE = "native";

    /** What is done. */
    @Param({"READ", "COPY", "TRIAD"})
    public PeakLoop loop;

    /** Where its data are. */
    @Param({"L1", "L2", "L3", "DRAM"})
    public Level level;

    /** Who does it: {@code java}, with the Vector API, or {@code native}, in C with the widest vectors there are. */
    @Param({Contender.JAVA, NATIVE})
    public String engine;

    private Memory memory;
    private Contender contender;
    /** The way of each thread. */
    List<Walk> walks;

    /** A thread's way through its memory. */
    @State(Scope.Thread)
    public static class Way {
        private Walk walk;

        /** Takes the one of this thread. */
        @Setup
        public void take(MemoryBench bench, ThreadParams thread) {
            walk = bench.walks.get(thread.getThreadIndex());
        }
    }

    /**
     * Allocates, and looks at the answers at the ends of each thread's way.
     *
     * @throws IllegalArgumentException when a parameter names what there is none of
     * @throws IllegalStateException when the machine has no such cache or engine, or an answer is wrong
     */
    @Setup
    public void open(BenchmarkParams trial) {
        open(Machine.here().sizes(), Contenders.ofMachine(), trial.getThreads());
    }

    void open(Sizes sizes, Contenders contenders, int threads) {
        if (!LOOPS.contains(loop)) {
            throw new IllegalArgumentException("loop " + loop + ": one of " + LOOPS);
        }
        if (level == Level.CORE) {
            throw new IllegalArgumentException("level CORE: L1, L2, L3 or DRAM");
        }
        if (!engine.equals(Contender.JAVA) && !engine.equals(NATIVE)) {
            throw new IllegalArgumentException("engine " + engine + ": " + Contender.JAVA + " or " + NATIVE);
        }
        if (!sizes.has(level, threads)) {
            throw new IllegalStateException(
                    "no third-level cache that the system knows of has room for twice the second of "
                            + threads + (threads == 1 ? " thread" : " threads"));
        }
        contender = contenders.of(loop, level)
                .stream()
                .filter(one -> one.loop() == loop && one.by().equals(Contender.JAVA) == engine.equals(Contender.JAVA))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "there is no " + engine + " loop here: " + String.join("; ", contenders.missing())));
        memory = new Memory(sizes, threads);
        try {
            walks = memory.walks(level, loop.streams(), threads);
            contender.verify(walks);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
        Call.of(new Cost(0, bytes())).say();
    }

    /** What a call reads and writes, on the average of a thread's way, whose last piece may be shorter. */
    private long bytes() {
        return (long) (loop.streams() * walks.getFirst().meanBytes());
    }

    /**
     * Looks at the answers once more and frees the memory.
     *
     * @throws IllegalStateException when one is wrong
     */
    @TearDown
    public void close() {
        if (walks != null) {
            try {
                contender.verify(walks);
            } finally {
                memory.close();
                walks = null;
            }
        }
    }

    /** The next piece of one thread's way; the bytes that were read and written. */
    @Benchmark
    @Threads(1)
    public double one(Way way) {
        return contender.run(way.walk.next());
    }

    /** The same by as many threads as there are CPUs, at the same time. */
    @Benchmark
    @Threads(Threads.MAX)
    public double all(Way way) {
        return contender.run(way.walk.next());
    }
}
