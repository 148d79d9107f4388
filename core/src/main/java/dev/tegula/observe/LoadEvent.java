package dev.tegula.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A model was opened. */
@Name("dev.tegula.Load")
@Label("Model Load")
@Category("Tegula")
@StackTrace(false)
public final class LoadEvent extends Event {
    /** Name of the file. */
    @Label("Model")
    public String model;
    /** Bytes of the file, all parts together. */
    @Label("File Size")
    @DataAmount
    public long fileBytes;
    /** Nanoseconds from the call of open to the engine that is ready for its first request. */
    @Label("Load Time")
    @Timespan(Timespan.NANOSECONDS)
    public long load;
}
