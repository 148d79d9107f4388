package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class VisitsTest {
    private final StringWriter out = new StringWriter();
    private final Log log = new Log(new PrintWriter(out), new ClockWatch(CpuClock.ofMachine()));
    private final List<String> order = new ArrayList<>();

    private Visits.Place<Row> row(Visits visits, String name) {
        return visits.add(name, () -> {
            order.add(name);
            return Reports.row(name, 100, 1, 10.0 * order.size(), 50.0);
        }, Row::and);
    }

    @Test
    void allHaveTheirTurnBeforeOneHasASecond() throws InterruptedException {
        Visits visits = new Visits(3, Long.MAX_VALUE / 2);
        Visits.Place<Row> a = row(visits, "a");
        row(visits, "b");
        visits.go(log);
        assertEquals(List.of("a", "b", "a", "b", "a", "b"), order);
        Row found = a.row().orElseThrow();
        assertEquals(List.of(10.0, 50.0, 30.0, 50.0, 50.0, 50.0), found.rates());
        assertEquals(List.of(100.0, 100.0, 100.0, 100.0, 100.0, 100.0), found.peaks());
        assertEquals(3, found.disturbed());
        assertEquals(
                List.of("pass 1: 1 of 2: a", "pass 1: 2 of 2: b", "pass 2: 1 of 2: a", "pass 2: 2 of 2: b",
                        "pass 3: 1 of 2: a", "pass 3: 2 of 2: b"),
                out.toString().lines().map(line -> line.substring("00:00 ".length(), line.indexOf(','))).toList());
    }

    @Test
    void withoutPatienceThereIsOneVisit() throws InterruptedException {
        Visits visits = new Visits(3, 0);
        Visits.Place<Row> a = row(visits, "a");
        visits.go(log);
        assertEquals(2, a.row().orElseThrow().rates().size());
    }

    @Test
    void whereTheLimitWasLowThereAreFurtherVisits() throws InterruptedException {
        List<Double> limits = List.of(100.0, 50.0, 95.0);
        Visits visits = new Visits(2, Long.MAX_VALUE / 2);
        Visits.Place<Row> once = visits.add("once", () -> {
            order.add("once");
            return Reports.row("once", limits.get(Collections.frequency(order, "once") - 1), 10.0);
        }, Row::and);
        row(visits, "steady");
        Visits.Place<Row> never = visits.add("never", () -> {
            order.add("never");
            return Reports.row("never", 100 * Math.pow(2, Collections.frequency(order, "never")), 10.0);
        }, Row::and);
        visits.go(log);
        assertEquals(List.of("once", "steady", "never", "once", "steady", "never", "once", "never", "never"), order);
        assertEquals(List.of(100.0, 50.0, 95.0), once.row().orElseThrow().peaks());
        assertEquals(List.of(200.0, 400.0, 800.0, 1600.0), never.row().orElseThrow().peaks());
    }

    @Test
    void whereTheCoresWereFarFromOneAnotherThereAreFurtherVisits() throws InterruptedException {
        List<Double> nanos = List.of(170.0, 26.0, 30.0);
        Visits visits = new Visits(2, Long.MAX_VALUE / 2);
        Visits.Place<Row> place = visits.add("a", () -> {
            order.add("a");
            return Reports.apart(Reports.row("a", 100, 50.0), nanos.get(order.size() - 1));
        }, Row::and);
        visits.go(log);
        assertEquals(nanos, place.row().orElseThrow().coreToCore());
    }

    @Test
    void whatFailsIsNotVisitedAgain() throws InterruptedException {
        Visits visits = new Visits(3, Long.MAX_VALUE / 2);
        Visits.Place<Row> a = visits.add("a", () -> {
            order.add("a");
            if (order.size() > 1) {
                throw new IllegalStateException("its answer is wrong");
            }
            return Reports.row("a", 100, 50.0);
        }, Row::and);
        visits.go(log);
        assertEquals(2, order.size());
        assertFalse(a.row().isPresent());
        assertEquals(List.of("a: its answer is wrong"), log.missing());
        assertTrue(log.failed());
    }

    @Test
    void roundsBesideAPeerAreJoinedWithTheMeanOfWhatWasStolen() {
        PeerRow first = new PeerRow("p", "A peer", "nat-x", 2, "GMAC/s", List.of(1.0), List.of(2.0), 1, 0.3, "c");
        PeerRow second = new PeerRow("p", "A peer", "nat-x", 2, "GMAC/s", List.of(3.0, 4.0), List.of(5.0, 6.0), 1, 0,
                "c");
        assertEquals(new PeerRow("p", "A peer", "nat-x", 2, "GMAC/s", List.of(1.0, 3.0, 4.0), List.of(2.0, 5.0, 6.0),
                2, 0.3 / 3, "c"), first.and(second));
    }
}
