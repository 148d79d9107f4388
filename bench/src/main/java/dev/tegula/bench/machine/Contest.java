package dev.tegula.bench.machine;

import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.nat.PeakLoop;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Implementations of one loop measured by turns, after their answers have been looked at, and before they are once more. */
final class Contest {
    private final PeakLoop loop;
    private final Level level;
    private final int threads;
    private final List<Contender> contenders;

    Contest(PeakLoop loop, Level level, int threads, List<Contender> contenders) {
        this.loop = loop;
        this.level = level;
        this.threads = threads;
        this.contenders = contenders;
    }

    @Override
    public String toString() {
        return Peak.label(loop, level) + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    boolean multiplies() {
        return loop.multiplies();
    }

    /**
     * Measures.
     *
     * @param memory for loops over it; null else
     * @param warmUp the same for all contests
     * @param slice nanoseconds of each in a round
     * @param watch what looks at the frequency behind each slice
     * @throws IllegalStateException when a result is wrong
     */
    List<Peak> run(Memory memory, WarmUp warmUp, Turns turns, long slice, ClockWatch watch)
            throws InterruptedException {
        try (Team team = new Team(threads); Arena arena = Arena.ofShared()) {
            List<Walk> shared = loop.multiplies() ? List.of() : memory.walks(level, loop.streams(), threads);
            List<Turns.Side> sides = new ArrayList<>();
            List<Turns.Side> near = new ArrayList<>();
            List<Runnable> checks = new ArrayList<>();
            for (Contender contender : contenders) {
                List<Walk> walks = loop.multiplies() ? contender.spots(arena, threads) : shared;
                checks.add(() -> contender.verify(walks));
                List<Team.Work> works = contender.works(walks);
                sides.add(watch.watched(() -> team.rate(works, slice)));
                List<Team.Work> first = loop.multiplies()
                        ? works
                        : contender.works(memory.walks(Level.L1, loop.streams(), threads));
                near.add(() -> team.rate(first, slice));
            }
            checks.forEach(Runnable::run);
            for (int i = 0; i < sides.size(); i++) {
                contenders.get(i).warmUp(warmUp, near.get(i), sides.get(i));
            }
            Turns.Result result = turns.measure(sides);
            checks.forEach(Runnable::run);
            return peaks(result);
        }
    }

    private List<Peak> peaks(Turns.Result result) {
        List<Peak> peaks = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            Contender contender = contenders.get(i);
            double[] figures = result.figures()[i].clone();
            Arrays.sort(figures);
            peaks.add(new Peak(contender.loop(), level, threads, contender.by(), Turns.median(figures), figures[0],
                    figures[figures.length - 1], Turns.median(result.ratios(i, 0)), figures.length,
                    result.disturbed(), result.stolen()));
        }
        return peaks;
    }
}
