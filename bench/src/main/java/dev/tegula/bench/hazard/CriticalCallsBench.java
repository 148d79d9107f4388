package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;

/**
 * Calls to C that are declared critical: the thread does not tell the JVM that it is out in C, which saves some nanoseconds in each call, and until the call returns
 * the JVM cannot stop the thread: everybody who needs that waits, a collection of garbage with all threads. So only calls far shorter than a microsecond
 * are critical. The function is C's {@code strlen}, on a short text and on a long one.
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CriticalCallsBench extends Hazard {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemorySegment STRLEN = LINKER.defaultLookup().findOrThrow("strlen");
    private static final FunctionDescriptor SIGNATURE = FunctionDescriptor.of(ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    private static final MethodHandle PLAIN = LINKER.downcallHandle(STRLEN, SIGNATURE);
    private static final MethodHandle CRITICAL = LINKER.downcallHandle(STRLEN, SIGNATURE,
            Linker.Option.critical(false));

    /** Bytes of the text: those of a word, and as many as take C a millisecond or so. */
    @Param({"7", "33554431"})
    public int length = 7;

    private MemorySegment text;
    private Caller caller;

    /** A thread that calls on and on. */
    private static final class Caller extends Thread {
        private final boolean critical;
        private final MemorySegment text;
        private volatile boolean ended;
        private volatile long answer;

        Caller(boolean critical, MemorySegment text) {
            this.critical = critical;
            this.text = text;
            this.answer = call();
            setDaemon(true);
        }

        private long call() {
            return critical ? callCritical(text) : callPlain(text);
        }

        @Override
        public void run() {
            while (!ended) {
                answer = call();
            }
        }
    }

    @Override
    void prepare(Arena memory) {
        text = memory.allocate(length + 1L, ALIGNMENT);
        text.asSlice(0, length).fill((byte) 'x');
    }

    @Override
    double expected() {
        return length;
    }

    /** Ends the thread that calls, before its text is gone. */
    @Override
    public void close() {
        if (caller != null) {
            caller.ended = true;
            try {
                caller.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            caller = null;
        }
        super.close();
    }

    private static long callPlain(MemorySegment text) {
        try {
            return (long) PLAIN.invokeExact(text);
        } catch (Throwable e) {
            throw new IllegalStateException("strlen does not throw", e);
        }
    }

    private static long callCritical(MemorySegment text) {
        try {
            return (long) CRITICAL.invokeExact(text);
        } catch (Throwable e) {
            throw new IllegalStateException("strlen does not throw", e);
        }
    }

    /** A plain call. */
    @Benchmark
    public long plain() {
        return callPlain(text);
    }

    /** A critical call: right for the short text. */
    @Benchmark
    public long critical() {
        return callCritical(text);
    }

    /** What another thread waits for one that makes plain calls, when it needs it to stop (here to see its stack). */
    @Benchmark
    public long waitForPlain() {
        return stopped(false);
    }

    /** The same for one that makes critical calls: wrong for the long text. */
    @Benchmark
    public long waitForCritical() {
        return stopped(true);
    }

    private long stopped(boolean critical) {
        if (caller == null) {
            caller = new Caller(critical, text);
            caller.start();
        }
        if (caller.getStackTrace().length > 0 || caller.isAlive()) {
            return caller.answer;
        }
        throw new IllegalStateException("the thread that calls has ended");
    }
}
