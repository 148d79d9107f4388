package dev.tegula.observe;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A request was cancelled; the duration is from the call of cancel to its end. */
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
}
