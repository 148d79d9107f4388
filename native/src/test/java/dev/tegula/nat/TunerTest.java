package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.Tunable.Finding;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What the tuner makes of times that it is told, and that a true trial works. */
class TunerTest {
    private static final Blocking TABLE = new Blocking(252, 512, 256, 6, 704 * 1024);
    private static final List<Blocking> THREE = List.of(TABLE, TABLE.withRows(126), TABLE.withTile(4));

    private final AtomicLong spent = new AtomicLong();
    private int runs;

    private Finding find(long nanos, ToLongFunction<Blocking> times) {
        Tuner.Trial trial = new Tuner.Trial() {
            @Override
            public long macs() {
                return 1000;
            }

            @Override
            public long run(Blocking blocking) {
                runs++;
                return times.applyAsLong(blocking);
            }
        };
        return new Tuner(trial, spent::addAndGet).find("kind", THREE, nanos);
    }

    @Test
    void choosesWhatIsClearlyFaster() {
        Finding finding = find(30_000, blocking -> blocking.mr() == 4 ? 80 : 100);
        assertEquals(2, finding.best());
        assertEquals(2, finding.chosen());
        assertEquals(1.25, finding.gain());
        assertEquals(List.of(10.0, 10.0, 12.5), finding.candidates().stream().map(c -> c.gmacs()).toList());
        assertEquals(List.of(1.0, 1.0, 1.25), finding.candidates().stream().map(c -> c.ratio()).toList());
        assertTrue(spent.get() >= 30_000 && spent.get() < 31_000, spent + " ns");
    }

    @Test
    void keepsTheTablesWhereTheGainMayBeNoise() {
        Finding finding = find(30_000, blocking -> blocking.mr() == 4 ? 98 : 100);
        assertEquals(2, finding.best());
        assertEquals(0, finding.chosen());
        assertEquals(0, find(30_000, blocking -> blocking.equals(TABLE) ? 90 : 100).best());
    }

    @Test
    void luckDoesNotLast() {
        // What looked best is no better when it is measured again.
        Finding finding = find(30_000, blocking -> blocking.mr() == 4 && runs < 150 ? 80 : 100);
        assertEquals(2, finding.best());
        assertEquals(1.0, finding.gain());
        assertEquals(0, finding.chosen());
    }

    @Test
    void ratiosAreOfRunsOfTheSameTurn() {
        // The machine halves its speed from time to time, for the table's as for the others.
        Finding finding = find(30_000, blocking -> (runs / 50 % 2 + 1) * (blocking.mr() == 4 ? 90 : 100));
        assertEquals(100.0 / 90, finding.gain(), 1e-9);
    }

    @Test
    void everyCandidateHasSomeRunsHoweverSlow() {
        assertEquals(0, find(1, blocking -> 1_000_000).chosen());
        assertEquals(3 + 3 * 3, runs);
    }

    @Test
    void candidatesAreAHandfulThatThereIsCodeFor() {
        for (Isa isa : Isa.values()) {
            for (long cache : new long[]{0, 1 << 18, 1 << 20, 1 << 21}) {
                Blockings table = BlockingTable.of(isa, cache);
                for (LinearKind kind : LinearKind.values()) {
                    List<Blocking> all = Tuner.candidates(isa, kind, table.of(kind));
                    assertEquals(table.of(kind), all.getFirst());
                    assertEquals(all.size(), new HashSet<>(all).size());
                    assertTrue(all.size() >= 5 && all.size() <= 10, all.toString());
                    all.forEach(blocking -> blocking.checked(isa, kind));
                }
            }
        }
    }

    @Test
    void whatCannotRunHereIsNotMeasured() {
        for (NativeProvider provider : List.of(new Avx2Provider(), new Avx512Provider(), new AvxVnniProvider(),
                new AmxProvider(), new NeonProvider(), new I8mmProvider())) {
            if (provider.unavailable().isPresent()) {
                assertThrows(IllegalStateException.class, () -> provider.tune(Duration.ofSeconds(1), part -> {}));
            }
        }
    }

    @Test
    void aTrialRunsAndComparesBits() {
        assumeTrue(NativeLoader.instance().reason(Isa.AVX2).isEmpty());
        Functions functions = Functions.of(Isa.AVX2);
        for (LinearKind kind : LinearKind.values()) {
            Blocking table = BlockingTable.of(Isa.AVX2, 0).of(kind);
            try (LinearTrial trial = new LinearTrial(functions, kind)) {
                assertTrue(trial.run(table) > 0);
                assertTrue(trial.run(table.withRows(60).withTile(2).withColumns(64)) > 0);
                assertEquals(512L * 512 * (2048 + 6144), trial.macs());
                assertThrows(IllegalArgumentException.class, () -> trial.run(table.withTile(16)));
            }
        }
    }
}
