package dev.tegula.observe;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A request that was cancelled has ended. */
@Name("dev.tegula.Cancel")
@Label("Cancel")
@Category("Tegula")
@StackTrace(false)
public final class CancelEvent extends Event {
    /** The session's number. */
    @Label("Session")
    public long session;
    /** Tokens that were generated until then. */
    @Label("Tokens")
    public int tokens;
    /** Nanoseconds from the call of cancel to the end. */
    @Label("Latency")
    @Timespan(Timespan.NANOSECONDS)
    public long latency;
}
