package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The loops of peaks.h for an instruction set: what kernels compiled for it could reach on this machine. */
public final class PeakLoops {
    private final Functions functions;

    PeakLoops(Functions functions) {
        this.functions = functions;
    }

    /** Those of each instruction set of this processor's kind, the widest first. */
    public static List<PeakLoops> all() {
        boolean arm = System.getProperty("os.arch", "").equals("aarch64");
        return Stream.of(Isa.values())
                .filter(isa -> (isa == Isa.NEON || isa == Isa.I8MM) == arm)
                .sorted(Comparator.comparingInt(Isa::rank).reversed())
                .map(isa -> new PeakLoops(Functions.of(isa)))
                .toList();
    }

    /** The name of the engine whose kernels are compiled like these loops. */
    public String engine() {
        return functions.isa().engine();
    }

    /** Bytes of a vector. */
    public int vectorBytes() {
        return functions.isa().vectorBytes();
    }

    /** Why a loop cannot run here, as a sentence, or nothing. */
    public Optional<String> unavailable(PeakLoop loop) {
        Optional<String> reason = NativeLoader.instance().reason(functions.isa());
        if (reason.isPresent() || loop != PeakLoop.BF16) {
            return reason;
        }
        return hasBf16()
                ? NativeLoader.instance().reasonAgainstBf16()
                : Optional.of(functions.isa().needs() + " have no dot products of BF16");
    }

    /** Whether the loop of BF16 has vectors as long as this instruction set's. */
    private boolean hasBf16() {
        return functions.isa() != Isa.AVX2 && functions.isa() != Isa.AVXVNNI;
    }

    /**
     * Looks up a loop.
     *
     * @throws IllegalStateException when it is {@link #unavailable}
     */
    public Bound bind(PeakLoop loop) {
        if (loop == PeakLoop.BF16 && !hasBf16()) {
            throw new IllegalStateException(unavailable(loop).orElseThrow());
        }
        // That of BF16 is compiled once.
        MemorySegment function = loop == PeakLoop.BF16
                ? functions.library().apply("tegula_peak_bf16")
                : functions.find("peak_" + loop.name().toLowerCase(Locale.ROOT));
        return new Bound(loop, vectorBytes(), function);
    }

    /** A loop with its address. */
    public static final class Bound implements PeakLoop.Body {
        /** Of y, x, z, count and passes; the function's address comes before them. */
        private static final MethodHandle LOOP = Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));

        private final PeakLoop loop;
        private final int vectorBytes;
        private final MemorySegment function;

        private Bound(PeakLoop loop, int vectorBytes, MemorySegment function) {
            this.loop = loop;
            this.vectorBytes = vectorBytes;
            this.function = function;
        }

        /**
         * Runs it.
         *
         * @param y at least {@link PeakLoop#GRAIN} bytes; as long as x for loops that store what they read
         * @param x {@code count} bytes, or {@link PeakLoop#SUMS} vectors
         * @param z {@code count} bytes, which only a triad reads, or two vectors
         * @param count bytes, a multiple of {@link PeakLoop#GRAIN}, or steps
         * @param passes how often it does the same
         * @throws IllegalArgumentException when memory is too short, heap memory, read-only, shared with y or not at a multiple of
         *     {@link PeakLoop#ALIGNMENT} bytes
         */
        @Override
        public void run(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
            if (count < 1 || passes < 1 || !loop.multiplies() && count % PeakLoop.GRAIN != 0) {
                throw new IllegalArgumentException(loop + " of " + count + ", " + passes + " times: at least 1, "
                        + "and memory in multiples of " + PeakLoop.GRAIN + " bytes");
            }
            long sums = (long) PeakLoop.SUMS * vectorBytes;
            check("x", x, loop.multiplies() ? sums : count);
            check("z", z, loop.multiplies() ? 2L * vectorBytes : loop.streams() == 3 ? count : 0);
            check("y", y, loop.multiplies() ? sums : loop == PeakLoop.READ ? PeakLoop.GRAIN : count);
            if (y.isReadOnly()) {
                throw new IllegalArgumentException("y is read-only");
            }
            if (y.asOverlappingSlice(x).isPresent() || y.asOverlappingSlice(z).isPresent()) {
                throw new IllegalArgumentException("y shares memory with x or z");
            }
            try {
                LOOP.invokeExact(function, y, x, z, count, passes);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        private void check(String what, MemorySegment memory, long bytes) {
            if (!memory.isNative() || memory.address() % PeakLoop.ALIGNMENT != 0 || memory.byteSize() < bytes) {
                throw new IllegalArgumentException(what + " of " + loop + ": native memory of " + bytes
                        + " bytes at a multiple of " + PeakLoop.ALIGNMENT + " is needed, not " + memory);
            }
        }
    }
}
