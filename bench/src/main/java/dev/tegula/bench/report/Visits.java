package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * Rows that are measured a few rounds at a time, and again after all others have had their turn: a machine has good minutes and
 * bad ones, and a row that had all its rounds within a second would be judged by the one it met. Rows whose limit was lower in some visits
 * than in others, or whose cores were further apart, have further visits, since beside half of a machine a kernel does not simply take twice as long.
 */
final class Visits {
    /** Rounds of a row in a visit. */
    static final int ROUNDS = 3;
    private static final int USUAL = 3;
    /** Visits more of rows beside which the machine was unsteady. */
    private static final int MORE = 2;
    private static final long PATIENCE = 480_000_000_000L;

    private final int usual;
    private final long patience;
    private final List<Place<?>> places = new ArrayList<>();

    Visits() {
        this(USUAL, PATIENCE);
    }

    /**
     * Other numbers of visits.
     *
     * @param usual visits of each row in which the machine is to give as much as in its best one, at least 1
     * @param patience nanoseconds after which no visit but the first ends, if rows take as long as in the one before
     */
    Visits(int usual, long patience) {
        this.usual = usual;
        this.patience = patience;
    }

    /** What becomes a row. */
    static final class Place<R extends Paired> {
        private final String key;
        private final Log.Step<R> step;
        private final BinaryOperator<R> and;
        private final List<Condition> conditions = new ArrayList<>();
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
                conditions.add(Condition.of(now, 0, now.rates().size()));
                return row.map(before -> and.apply(before, now)).orElse(now);
            });
            failed = row.isEmpty();
        }

        /** Whether a visit more is wanted. */
        private boolean wants(int usual) {
            if (failed || conditions.size() >= usual + MORE) {
                return false;
            }
            Condition best = new Condition(conditions.stream().mapToDouble(Condition::limit).max().orElse(0),
                    conditions.stream().mapToDouble(Condition::coreToCore).min().orElse(0));
            double stage = row.map(Paired::stageNanos).orElse(0.0);
            return conditions.stream().filter(condition -> condition.isLike(best, stage)).count() < usual;
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
        long each = 0;
        List<Place<?>> left = List.copyOf(places);
        for (int pass = 1; !left.isEmpty()
                && (pass == 1 || System.nanoTime() - begun + each * left.size() <= patience); pass++) {
            long start = System.nanoTime();
            log.begin("pass " + pass, left.size());
            for (Place<?> place : left) {
                place.visit(log);
            }
            each = (System.nanoTime() - start) / left.size();
            left = places.stream().filter(place -> place.wants(usual)).toList();
        }
    }
}
