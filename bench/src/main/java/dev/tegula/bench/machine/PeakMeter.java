package dev.tegula.bench.machine;

import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.nat.PeakLoop;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The machine's peaks as sides of other measurements: what a kernel reaches is judged by what the machine gives in the same
 * milliseconds. Each loop is the one in C with the widest vectors or, where there is none, Java's.
 */
public final class PeakMeter implements AutoCloseable {
    private final Machine machine;
    private final int threads;
    private final Contenders contenders = Contenders.ofMachine();
    private final Arena arena = Arena.ofShared();
    private final Team team;
    private final Memory memory;
    private final WarmUp warmUp = new WarmUp();
    private final Map<PeakLoop, List<Team.Work>> multiplying = new EnumMap<>(PeakLoop.class);
    private final Map<Level, List<Team.Work>> reading = new EnumMap<>(Level.class);

    /**
     * Allocates what the loops walk through.
     *
     * @param threads that work at the same time
     */
    public PeakMeter(int threads) {
        this.machine = Machine.here();
        this.threads = threads;
        this.team = new Team(threads);
        this.memory = Memory.toRead(machine.sizes(), threads);
    }

    /** What cannot be measured here, and why: a sentence each. */
    public List<String> missing() {
        return contenders.missing();
    }

    /** The machine. */
    public Machine machine() {
        return machine;
    }

    /** The levels that data can be read from. */
    public List<Level> levels() {
        return Stream.of(Level.values())
                .filter(level -> level != Level.CORE && machine.sizes().has(level, threads))
                .toList();
    }

    /** Whether a loop that multiplies can run here. */
    public boolean has(PeakLoop loop) {
        return !contenders.of(loop, Level.CORE).isEmpty();
    }

    /**
     * Multiplying in registers. Its answer is looked at, and it runs until it is compiled, when it is asked for first.
     *
     * @param loop FMA, INT8 or BF16
     * @param nanos of a slice
     * @return of which a figure is 10⁹ multiply-adds per second, all threads together
     * @throws IllegalStateException when no loop can run here, or its answer is wrong
     */
    public Turns.Side multiply(PeakLoop loop, long nanos) throws InterruptedException {
        if (!multiplying.containsKey(loop)) {
            Contender contender = first(loop, Level.CORE);
            List<Team.Work> works = contender.works(verified(contender, contender.spots(arena, threads)));
            warmUp(contender, works, works, nanos);
            multiplying.put(loop, works);
        }
        List<Team.Work> works = multiplying.get(loop);
        return () -> team.rate(works, nanos);
    }

    /**
     * Reading; otherwise as {@link #multiply}.
     *
     * @param level where the data are
     * @param nanos of a slice
     * @return of which a figure is 10⁹ bytes per second, all threads together
     */
    public Turns.Side read(Level level, long nanos) throws InterruptedException {
        if (!reading.containsKey(level)) {
            Contender contender = first(PeakLoop.READ, level);
            List<Team.Work> near = contender.works(walks(levels().getFirst()));
            List<Team.Work> works = contender.works(verified(contender, walks(level)));
            warmUp(contender, near, works, nanos);
            reading.put(level, works);
        }
        List<Team.Work> works = reading.get(level);
        return () -> team.rate(works, nanos);
    }

    /**
     * A step of a number that the threads pass round, each to the next: how long a write of one core takes to another.
     *
     * @param nanos of a slice
     * @return of which a figure is nanoseconds
     * @throws IllegalArgumentException when there is one thread only
     */
    public Turns.Side coreToCore(long nanos) throws InterruptedException {
        Turns.Side side = new CoreToCore(team, threads, nanos)::slice;
        warmUp.compile(CoreToCore.class, side);
        return side;
    }

    private Contender first(PeakLoop loop, Level level) {
        return contenders.of(loop, level)
                .stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "nothing here can measure the machine's limits: " + String.join("; ", contenders.missing())));
    }

    private List<Walk> walks(Level level) {
        return memory.walks(level, PeakLoop.READ.streams(), threads);
    }

    private static List<Walk> verified(Contender contender, List<Walk> walks) {
        contender.verify(walks);
        return walks;
    }

    private void warmUp(Contender contender, List<Team.Work> near, List<Team.Work> works, long nanos)
            throws InterruptedException {
        contender.warmUp(warmUp, () -> team.rate(near, nanos), () -> team.rate(works, nanos));
    }

    @Override
    public void close() {
        team.close();
        memory.close();
        arena.close();
    }
}
