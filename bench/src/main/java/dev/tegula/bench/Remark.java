package dev.tegula.bench;

import java.util.List;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.TextResult;
import org.openjdk.jmh.runner.IterationType;

/** A line of words among a trial's results. JMH joins those of all measured iterations, so it is said in the first of them only. */
final class Remark {
    private final String name;
    private boolean made;

    Remark(String name) {
        this.name = name;
    }

    /** The line, or nothing when it has been made, or the iteration is none that counts. */
    List<TextResult> once(IterationParams iteration, String text) {
        if (made || iteration.getType() != IterationType.MEASUREMENT) {
            return List.of();
        }
        made = true;
        return List.of(new TextResult(text, name));
    }
}
