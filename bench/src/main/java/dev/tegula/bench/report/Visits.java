package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * Rows that are measured a few rounds at a time, and again after all others have had their turn: a machine has good minutes and
 * bad ones, and a row that had all its rounds within a second would be judged by the one it met.
 */
final class Visits {
    /** Rounds of a row in a visit. */
    static final int ROUNDS = 3;
    private static final int MOST = 3;
    private static final long PATIENCE = 420_000_000_000L;

    private final int most;
    private final long patience;
    private final List<Place<?>> places = new ArrayList<>();

    Visits() {
        this(MOST, PATIENCE);
    }

    /**
     * Other numbers of visits.
     *
     * @param most visits of each row, at least 1
     * @param patience nanoseconds after which no visit but the first ends, if it takes as long as the one before
     */
    Visits(int most, long patience) {
        this.most = most;
        this.patience = patience;
    }

    /** What becomes a row. */
    static final class Place<R extends Paired> {
        private final String key;
        private final Log.Step<R> step;
        private final BinaryOperator<R> and;
        private Optional<R> row = Optional.empty();
        private boolean failed;

        private Place(String key, Log.Step<R> step, BinaryOperator<R> and) {
            this.key = key;
            this.step = step;
            this.and = and;
        }

        private void visit(Log log) throws InterruptedException {
            row = log.step(key, () -> {
                R now = step.measure();
                return row.map(before -> and.apply(before, now)).orElse(now);
            });
            failed = row.isEmpty();
        }

        /** The row, unless measuring it has failed. */
        Optional<R> row() {
            return row;
        }
    }

    /**
     * A row more.
     *
     * @param key for people
     * @param step a visit
     * @param and joins the rounds of a visit to those before
     */
    <R extends Paired> Place<R> add(String key, Log.Step<R> step, BinaryOperator<R> and) {
        Place<R> place = new Place<>(key, step, and);
        places.add(place);
        return place;
    }

    /** Goes round. What fails is not visited again. */
    void go(Log log) throws InterruptedException {
        long begun = System.nanoTime();
        long took = 0;
        for (int visit = 0; visit == 0 || visit < most && System.nanoTime() - begun + took <= patience; visit++) {
            long start = System.nanoTime();
            List<Place<?>> left = places.stream().filter(place -> !place.failed).toList();
            log.expect(left.size());
            for (Place<?> place : left) {
                place.visit(log);
            }
            took = System.nanoTime() - start;
        }
    }
}
