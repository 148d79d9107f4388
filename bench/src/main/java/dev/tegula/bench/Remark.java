package dev.tegula.bench;

import java.util.List;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.Aggregator;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.runner.IterationType;

/** A line of words among those of a trial's first measured iteration. */
final class Remark {
    private final String name;
    private boolean made;

    Remark(String name) {
        this.name = name;
    }

    /** The line, or nothing when it has been made, or the iteration is none that counts. */
    List<Words> once(IterationParams iteration, String text) {
        if (made || iteration.getType() != IterationType.MEASUREMENT) {
            return List.of();
        }
        made = true;
        return List.of(new Words(name, text));
    }

    /**
     * The words. JMH's own result of words has a row in the table of results and in its files, with NaN for its number; what is derived from others is not taken from
     * iterations into these.
     */
    static final class Words extends Result<Words> {
        private static final long serialVersionUID = 1;

        private final String text;

        private Words(String name, String text) {
            super(ResultRole.SECONDARY_DERIVATIVE, name, of(Double.NaN), "", AggregationPolicy.AVG);
            this.text = text;
        }

        @Override
        protected Aggregator<Words> getThreadAggregator() {
            return words -> words.iterator().next();
        }

        @Override
        protected Aggregator<Words> getIterationAggregator() {
            return getThreadAggregator();
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
