package dev.tegula.bench.machine;

import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuClock;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.nat.PeakLoop;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tegula bench machine}: what the machine can do at most. */
@Command(name = "machine", description = "Measures the machine's peaks, in C and in Java by turns: multiply-adds of F32, "
        + "dot products of bytes and of BF16; reading, copying and y = x + 3 z (triad) in each cache and in memory; with one thread and with "
        + "all. Takes about half a minute, up to twice that when others use the CPUs. The results are kept for this user.")
public final class MachineCommand implements Callable<Integer> {
    /** Each with its counterpart past the caches, where there is one. */
    static final List<PeakLoop> LOOPS = List.of(PeakLoop.FMA, PeakLoop.INT8, PeakLoop.BF16, PeakLoop.READ,
            PeakLoop.COPY, PeakLoop.TRIAD);

    private final Machine machine;
    private final Contenders contenders;
    private final PeaksFile file;
    private final CpuClock clock;

    @picocli.CommandLine.Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--cached", description = "Print what is kept, and measure nothing.")
    private boolean cached;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only what has a name with a match, such as 'read dram, 2'; not kept.")
    private Pattern filter;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each (default: ${DEFAULT-VALUE}).")
    private int rounds = 21;

    @Option(names = "--slice", paramLabel = "MS", description = "Milliseconds of each side in a round (default: ${DEFAULT-VALUE}).")
    private int slice = 10;

    /** For this machine. */
    public MachineCommand() {
        this(Machine.here(), Contenders.ofMachine(), PeaksFile.ofUser(), CpuClock.ofMachine());
    }

    MachineCommand(Machine machine, Contenders contenders, PeaksFile file, CpuClock clock) {
        this.machine = machine;
        this.contenders = contenders;
        this.file = file;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (rounds < 1 || slice < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds and --slice must be at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        MachinePeaks peaks;
        if (cached) {
            try {
                peaks = file.read(machine);
            } catch (PeaksFile.UnusableException e) {
                err.println(e.getMessage());
                return 1;
            }
        } else {
            if (filter == null) {
                file.prepare();
            }
            String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            ClockWatch watch = new ClockWatch(clock);
            List<Peak> measured = measure(err, watch);
            peaks = new MachinePeaks(MachinePeaks.SCHEMA, machine, date, watch.facts(), measured, contenders.missing());
            if (filter == null) {
                peaks = orHigher(peaks, err);
                err.println("kept in " + file.write(peaks));
            }
        }
        out.println(json ? PeaksFile.json(peaks) : PeaksTable.of(peaks));
        out.flush();
        return 0;
    }

    private MachinePeaks orHigher(MachinePeaks now, PrintWriter err) {
        try {
            MachinePeaks before = file.read(machine);
            MachinePeaks both = now.orHigherOf(before);
            long stayed = both.peaks().stream().filter(peak -> !now.peaks().contains(peak)).count();
            if (stayed > 0) {
                err.printf(Locale.ROOT,
                        "%d of %d peaks were over 10 %% higher when they were measured before, and stay%n",
                        stayed, now.peaks().size());
            }
            return both;
        } catch (PeaksFile.UnusableException e) {
            // The first ones, or the first that can be used.
            return now;
        }
    }

    private List<Peak> measure(PrintWriter progress, ClockWatch watch) throws InterruptedException {
        List<Contest> contests = contests();
        if (contests.isEmpty()) {
            throw new ParameterException(spec.commandLine(), filter == null
                    ? "nothing can be measured here: " + String.join("; ", contenders.missing())
                    : "--filter " + filter + " matches no measurement");
        }
        List<Peak> peaks = new ArrayList<>();
        WarmUp warmUp = new WarmUp();
        Turns turns = new Turns(rounds, CpuTimes.ofMachine());
        long nanos = slice * 1_000_000L;
        for (Contest contest : contests.stream().filter(Contest::multiplies).toList()) {
            progress(progress, contest, contests);
            peaks.addAll(contest.run(null, warmUp, turns, nanos, watch));
        }
        List<Contest> more = contests.stream().filter(contest -> !contest.multiplies()).toList();
        if (!more.isEmpty()) {
            try (Memory memory = new Memory(machine.sizes(), machine.threads())) {
                for (Contest contest : more) {
                    progress(progress, contest, contests);
                    peaks.addAll(contest.run(memory, warmUp, turns, nanos, watch));
                }
            }
        }
        return peaks;
    }

    private static void progress(PrintWriter progress, Contest contest, List<Contest> all) {
        progress.println(String.format(Locale.ROOT, "%2d of %d: %s", all.indexOf(contest) + 1, all.size(), contest));
        progress.flush();
    }

    private List<Contest> contests() {
        List<Contest> contests = new ArrayList<>();
        int[] threads = IntStream.of(1, machine.threads()).distinct().toArray();
        for (PeakLoop loop : LOOPS) {
            for (Level level : Level.values()) {
                if (loop.multiplies() == (level == Level.CORE)) {
                    List<Contender> list = contenders.of(loop, level);
                    for (int count : threads) {
                        Contest contest = new Contest(loop, level, count, list);
                        if (!list.isEmpty() && machine.sizes().has(level, count)
                                && (filter == null || filter.matcher(contest.toString()).find())) {
                            contests.add(contest);
                        }
                    }
                }
            }
        }
        return contests;
    }
}
