package dev.tegula.observe;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One chunk of a prompt went through the model; the duration is that of the executor's call, shared with others. */
@Name("dev.tegula.Prefill")
@Label("Prefill Chunk")
@Category("Tegula")
@StackTrace(false)
public final class PrefillEvent extends Event {
    /** The session's number. */
    @Label("Session")
    public long session;
    /** Position of the first row. */
    @Label("Position")
    public int position;
    /** Rows of the chunk. */
    @Label("Rows")
    public int rows;
}
