package dev.tegula.text.template;

import java.time.Clock;
import java.util.Objects;

/**
 * What a render may use. Every limit ends the render with a {@link TemplateException} of kind
 * {@link TemplateException.Kind#LIMIT}.
 *
 * @param clock the clock and zone behind {@code strftime_now}
 * @param maxSteps the most evaluation steps (nodes evaluated, items iterated and, in part, characters scanned)
 * @param maxOutput the most characters of the rendered text, of any string and (as items) of any list made on the way
 * @param maxAllocation the most characters (an item of a list counts eight) made on the way, all together
 * @param maxDepth the deepest nesting of expressions, statements and macro calls
 */
public record TemplateOptions(Clock clock, long maxSteps, int maxOutput, long maxAllocation, int maxDepth) {
    /** Ten million steps, 16 Mi characters of text, 256 Mi characters on the way, 1,000 levels; the system's clock. */
    public static final TemplateOptions DEFAULT = new TemplateOptions(Clock.systemDefaultZone(), 10_000_000L, 1 << 24,
            1L << 28, 1_000);

    /** Checks the limits. */
    public TemplateOptions {
        Objects.requireNonNull(clock, "clock");
        if (maxSteps < 1 || maxOutput < 1 || maxAllocation < 1 || maxDepth < 1) {
            throw new IllegalArgumentException("template limits must be at least 1: maxSteps " + maxSteps
                    + ", maxOutput " + maxOutput + ", maxAllocation " + maxAllocation + ", maxDepth " + maxDepth);
        }
    }

    /** These options with another clock. */
    public TemplateOptions withClock(Clock other) {
        return new TemplateOptions(other, maxSteps, maxOutput, maxAllocation, maxDepth);
    }
}
