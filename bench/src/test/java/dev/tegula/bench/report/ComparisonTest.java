package dev.tegula.bench.report;

import static dev.tegula.bench.report.Reports.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.report.Comparison.Line;
import dev.tegula.bench.report.Comparison.Verdict;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
    private static final Row STEADY = row("a", 100, 50.0, 51.0, 49.0, 50.5, 49.5, 50.0, 50.0);

    private static Line compare(Row before, Row after) {
        Comparison comparison = Comparison.of(Reports.of(before), Reports.of(after), 0.1);
        assertEquals(1, comparison.lines().size());
        return comparison.lines().getFirst();
    }

    @Test
    void aReportIsTheSameAsItself() {
        Line line = compare(STEADY, STEADY);
        assertEquals(Verdict.SAME, line.verdict());
        assertEquals(1, line.ratio());
        assertTrue(line.low() <= 1 && line.high() >= 1, line.toString());
    }

    @Test
    void whatLostAThirdIsSlowerAndTheOtherWayRoundFaster() {
        Row slow = row("a", 100, 34.0, 33.0, 33.5, 33.0, 34.0, 33.0, 33.0);
        assertEquals(Verdict.SLOWER, compare(STEADY, slow).verdict());
        assertEquals(Verdict.FASTER, compare(slow, STEADY).verdict());
        assertEquals(33.0 / 50, compare(STEADY, slow).ratio(), 0.01);
    }

    @Test
    void roundsThatDifferByMoreThanTheChangeProveNothing() {
        Row wild = row("a", 100, 20.0, 80.0, 25.0, 70.0, 30.0, 60.0, 40.0);
        assertEquals(Verdict.UNDECIDED, compare(STEADY, wild).verdict());
        Row wide = row("a", 100, 20.0, 80.0, 25.0, 70.0, 30.0, 60.0, 50.0);
        assertEquals(Verdict.SAME, compare(STEADY, wide).verdict());
    }

    @Test
    void aChangeWithinTheNoiseIsNone() {
        Row little = row("a", 100, 47.0, 47.0, 47.0, 47.0, 47.0, 47.0, 47.0);
        assertEquals(Verdict.SAME, compare(STEADY, little).verdict());
    }

    @Test
    void sharesAreComparedNotRates() {
        Row sameShare = row("a", 94, 47.0, 48.0, 46.0, 47.5, 46.5, 47.0, 47.0);
        assertEquals(1, compare(STEADY, sameShare).ratio(), 1e-12);
    }

    @Test
    void whereTheLimitMovedThereIsNoVerdict() {
        Row slow = row("a", 80, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0);
        assertEquals(Verdict.UNDECIDED, compare(STEADY, slow).verdict());
        assertEquals(0.8, compare(STEADY, slow).moved(), 1e-12);
    }

    @Test
    void mostRoundsDisturbedIsNoVerdict() {
        Row slow = row("a", 100, 4, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0);
        assertEquals(Verdict.UNDECIDED, compare(STEADY, slow).verdict());
    }

    /** Of the limit 15 % less, but only 7 % slower: the limit has moved by itself. */
    @Test
    void aLimitThatMovedAloneIsNoVerdict() {
        Row before = row("a", 100, 50.0, 50.0, 50.0);
        assertEquals(Verdict.UNDECIDED, compare(before, row("a", 109, 46.5, 46.5, 46.5)).verdict());
        assertEquals(Verdict.UNDECIDED, compare(row("a", 109, 46.5, 46.5, 46.5), before).verdict());
        assertEquals(Verdict.SLOWER, compare(before, row("a", 109, 44.5, 44.5, 44.5)).verdict());
    }

    private static Row visit(double limit, double share) {
        return row("a", limit, share * limit, share * limit, share * limit);
    }

    @Test
    void visitsBesideALowerLimitDoNotCount() {
        Row steady = visit(100, 0.5).and(visit(104, 0.5)).and(visit(98, 0.5));
        Row oneLow = visit(100, 0.5).and(visit(50, 0.3)).and(visit(101, 0.5));
        assertEquals(Verdict.SAME, compare(steady, oneLow).verdict());
        assertEquals(1, compare(steady, oneLow).low());
        Row slowAndOneLow = visit(100, 0.5 / 1.3).and(visit(50, 0.3)).and(visit(101, 0.5 / 1.3));
        Line line = compare(steady, slowAndOneLow);
        assertEquals(Verdict.SLOWER, line.verdict());
        assertEquals(1 / 1.3, line.ratio(), 1e-12);
        assertEquals(1 / 1.3, line.high(), 1e-12);
    }

    @Test
    void oneVisitBesideAsHighALimitIsTooFew() {
        Row steady = visit(100, 0.5).and(visit(100, 0.5)).and(visit(100, 0.5));
        Row twoLow = visit(50, 0.2).and(visit(50, 0.2)).and(visit(100, 0.2));
        assertEquals(Verdict.UNDECIDED, compare(steady, twoLow).verdict());
        assertEquals(Verdict.UNDECIDED, compare(twoLow, steady).verdict());
        assertEquals(Verdict.SAME, compare(twoLow, twoLow).verdict());
    }

    @Test
    void visitsInWhichTheCoresWereFurtherApartDoNotCount() {
        Row near = Reports.apart(visit(100, 0.5), 27);
        Row far = Reports.apart(visit(100, 0.3), 170);
        Row steady = near.and(near).and(near);
        assertEquals(Verdict.SAME, compare(steady, near.and(far).and(near)).verdict());
        assertEquals(Verdict.UNDECIDED, compare(steady, far.and(far).and(near)).verdict());
        assertEquals(Verdict.SAME, compare(far.and(far), far.and(far)).verdict());
        Row slow = Reports.apart(visit(100, 0.3), 25);
        assertEquals(Verdict.SLOWER, compare(steady, slow.and(far).and(slow)).verdict());
    }

    /** Rows a, b, … of which the one numbered so takes much longer, and of the others a third so much more, and one less. */
    private static Report rows(int slow, double slowly, double more) {
        return Reports.of(IntStream.range(0, 21)
                .mapToObj(i -> {
                    double rate = i == slow ? slowly : 50 * Math.pow(1 + more, i % 3 - 1);
                    return row(Character.toString('a' + i), 100, rate, rate, rate);
                })
                .toArray(Row[]::new));
    }

    @Test
    void aChangeThatOtherRowsHaveTooIsNoVerdict() {
        Comparison steady = Comparison.of(rows(-1, 50, 0), rows(4, 30, 0.01), 0.1);
        assertEquals(Verdict.SLOWER, steady.lines().get(4).verdict());
        Comparison wild = Comparison.of(rows(-1, 50, 0), rows(4, 30, 0.2), 0.1);
        assertEquals(Verdict.UNDECIDED, wild.lines().get(4).verdict());
        assertEquals(1.4826 * Math.log(1.2), wild.spread(), 0.01);
    }

    @Test
    void thirtyPercentMoreTimeIsFoundAmongRowsThatDifferByThree() {
        Comparison found = Comparison.of(rows(-1, 50, 0), rows(4, 50 / 1.3, 0.03), 0.1);
        assertEquals(Verdict.SLOWER, found.lines().get(4).verdict());
        assertEquals(1, found.lines().stream().filter(line -> line.verdict() == Verdict.SLOWER).count());
        Comparison not = Comparison.of(rows(-1, 50, 0), rows(4, 50 / 1.3, 0.05), 0.1);
        assertEquals(Verdict.UNDECIDED, not.lines().get(4).verdict());
    }

    /** 265 rows of three visits, each steadier or less so, one visit in ten beside half of the limit, in which they suffer more than by half. */
    private static Report drifting(SplittableRandom random, int slow, double times) {
        return Reports.of(IntStream.range(0, 265).mapToObj(i -> {
            double unsteady = 0.01 + 0.08 * i / 265;
            Row row = null;
            for (int visit = 0; visit < 3; visit++) {
                boolean low = random.nextInt(10) == 0;
                double share = 0.5 * Math.exp(unsteady * random.nextGaussian()) * (low ? 0.6 : 1)
                        / (i == slow ? times : 1);
                double limit = (low ? 50 : 100) * Math.exp(0.01 * random.nextGaussian());
                Double[] rates = Stream.generate(() -> limit * share * Math.exp(0.02 * random.nextGaussian()))
                        .limit(3)
                        .toArray(Double[]::new);
                Row now = row("r" + i, limit, rates);
                row = row == null ? now : row.and(now);
            }
            return row;
        }).toArray(Row[]::new));
    }

    @Test
    void ofHundredComparisonsOfDriftingReportsUnderFiveFindAChangeThatIsNone() {
        SplittableRandom random = new SplittableRandom(7);
        int wrong = 0;
        int found = 0;
        for (int i = 0; i < 100; i++) {
            Report before = drifting(random, -1, 1);
            List<Line> same = Comparison.of(before, drifting(random, -1, 1), 0.1).lines();
            wrong += same.stream().anyMatch(line -> line.verdict() == Verdict.SLOWER) ? 1 : 0;
            List<Line> slowed = Comparison.of(before, drifting(random, i, 2), 0.1).lines();
            found += slowed.get(i).verdict() == Verdict.SLOWER ? 1 : 0;
        }
        assertTrue(wrong < 5, wrong + " of 100");
        assertTrue(found > 80, found + " of 100");
    }

    /** Nine rounds of three visits, as kernels have them, or five of two, as models have: with luck of their own, of the visits, or both. */
    @ParameterizedTest
    @CsvSource({"9, 0, 0.02, 0.99", "9, 0.02, 0, 0.88", "9, 0.02, 0.02, 0.95", "5, 0, 0.02, 0.955", "5, 0.02, 0, 0.64"})
    void theIntervalHoldsTheTrueRatioAsOftenAsIsSaid(int rounds, double ofVisits, double ofRounds, double least) {
        SplittableRandom random = new SplittableRandom(7);
        int tries = 1000;
        int held = 0;
        for (int i = 0; i < tries; i++) {
            Line line = compare(lucky(random, rounds, 0.5, ofVisits, ofRounds),
                    lucky(random, rounds, 0.45, ofVisits, ofRounds));
            held += line.low() <= 0.9 && line.high() >= 0.9 ? 1 : 0;
        }
        assertTrue(held >= least * tries, held + " of " + tries);
        assertTrue(held < tries, "an interval that holds everything says nothing");
    }

    private static Row lucky(SplittableRandom random, int rounds, double share, double ofVisits, double ofRounds) {
        Double[] rates = new Double[rounds];
        double visit = 0;
        for (int i = 0; i < rates.length; i++) {
            visit = i % Visits.ROUNDS == 0 ? ofVisits * random.nextGaussian() : visit;
            rates[i] = 100 * share * Math.exp(visit + ofRounds * random.nextGaussian());
        }
        return row("a", 100, rates);
    }

    @Test
    void aChangeOfAllRowsIsNotTheirSpread() {
        Row[] before = IntStream.range(0, 20).mapToObj(i -> row("r" + i, 100, 50.0, 50.0, 50.0)).toArray(Row[]::new);
        Row[] after = IntStream.range(0, 20).mapToObj(i -> row("r" + i, 100, 40.0, 40.0, 40.0)).toArray(Row[]::new);
        Comparison comparison = Comparison.of(Reports.of(before), Reports.of(after), 0.1);
        assertEquals(0, comparison.spread(), 1e-12);
        assertTrue(comparison.lines().stream().allMatch(line -> line.verdict() == Verdict.SLOWER));
    }

    @Test
    void ratiosToPeersAreComparedAlike() {
        Report before = Reports.of(List.of(), List.of(Reports.beside("p", 100, 50.0, 50.0, 50.0)), List.of());
        Report after = Reports.of(List.of(), List.of(Reports.beside("p", 105, 26.0, 26.0, 26.0)), List.of());
        Line line = Comparison.of(before, after, 0.1).lines().getFirst();
        assertEquals("p beside A peer, nat-x, 2 threads", line.key());
        assertEquals(Verdict.SLOWER, line.verdict());
        Report missing = Reports.of();
        assertEquals(List.of("p beside A peer, nat-x, 2 threads"), Comparison.of(before, missing, 0.1).lost());
    }

    @Test
    void modelsAreComparedAlike() {
        Report before = Reports.of(List.of(), List.of(), List.of(Reports.decoding("m", 0, 100, 50.0, 50.0, 50.0)));
        Report after = Reports.of(List.of(), List.of(), List.of(Reports.decoding("m", 0, 95, 90.0, 90.0, 90.0)));
        assertEquals(Verdict.FASTER, Comparison.of(before, after, 0.1).lines().getFirst().verdict());
    }

    @Test
    void rowsOfOneReportOnlyAreSaid() {
        Comparison comparison = Comparison.of(Reports.of(STEADY, row("b", 1, 1.0)),
                Reports.of(row("c", 1, 1.0), STEADY), 0.1);
        assertEquals(List.of("c, nat-x, 2 threads"), comparison.added());
        assertEquals(List.of("b, nat-x, 2 threads"), comparison.lost());
        assertEquals(1, comparison.lines().size());
    }
}
