package dev.tegula.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A model was opened: from the call to the engine that is ready for its first request. */
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
}
