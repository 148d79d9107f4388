package dev.tegula.bench.machine;

import dev.tegula.bench.timing.Turns;
import dev.tegula.nat.PeakLoop;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

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
        this.memory = new Memory(machine.sizes(), threads);
    }

    /** The machine. */
    public Machine machine() {
        return machine;
    }

    /**
     * Multiplying in registers.
     *
     * @param loop FMA or INT8
     * @param nanos of a slice
     * @return of which a figure is 10⁹ multiply-adds per second, all threads together
     */
    public Turns.Side multiply(PeakLoop loop, long nanos) {
        List<Team.Work> works = multiplying.computeIfAbsent(loop, l -> {
            Contender contender = contenders.of(l, Level.CORE).getFirst();
            List<Team.Work> list = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Walk.Piece piece = contender.operands(arena);
                list.add(() -> contender.run(piece));
            }
            return list;
        });
        return () -> team.rate(works, nanos);
    }

    /**
     * Reading.
     *
     * @param level where the data are
     * @param nanos of a slice
     * @return of which a figure is 10⁹ bytes per second, all threads together
     */
    public Turns.Side read(Level level, long nanos) {
        List<Team.Work> works = reading.computeIfAbsent(level, l -> {
            Contender contender = contenders.of(PeakLoop.READ, l).getFirst();
            return memory.walks(l, PeakLoop.READ.streams(), threads)
                    .stream().<Team
                            .Work>map(walk -> () -> contender.run(walk.next()))
                    .toList();
        });
        return () -> team.rate(works, nanos);
    }

    @Override
    public void close() {
        team.close();
        memory.close();
        arena.close();
    }
}
