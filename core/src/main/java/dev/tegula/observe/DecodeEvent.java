package dev.tegula.observe;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One decode step: a row for each of several sessions; the duration is that of the executor's call. */
@Name("dev.tegula.Decode")
@Label("Decode Step")
@Category("Tegula")
@StackTrace(false)
public final class DecodeEvent extends Event {
    /** Sessions that had a row. */
    @Label("Sessions")
    public int sessions;
    /** Rows of a prompt that rode along. */
    @Label("Prefill Rows")
    public int prefillRows;
}
