package dev.tegula.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A part of a buffer as kernels of a program see it: an array of one type, which TornadoVM copies to the device. Floating-point
 * numbers among integers, such as scales of blocks, are in a second array, since a kernel cannot read them from words.
 */
final class View {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final Key key;
    private final TornadoNativeArray array;
    private final FloatArray scales;
    private boolean read;
    private boolean written;
    private boolean everyRun;

    /** Types of arrays. */
    enum Kind {
        FLOATS, WORDS, SHORTS
    }

    /**
     * Which words of a view are floating-point numbers.
     *
     * @param run so many words
     * @param stride at the beginning of each so many; 0 for none at all
     */
    record Spread(int run, int stride) {
        static final Spread NONE = new Spread(0, 0);
    }

    /** What makes two views one. */
    record Key(TornadoBuffer buffer, long offset, long bytes, Kind kind, Spread spread) {
        /** Whether it has bytes of a range. */
        boolean overlaps(long from, long count) {
            return offset < from + count && from < offset + bytes;
        }
    }

    View(Key key) {
        this.key = key;
        MemorySegment whole = key.offset() == 0 && key.bytes() == key.buffer().bytes()
                ? key.buffer().withHeader()
                : null;
        int count = Math.toIntExact(key.bytes() / (key.kind() == Kind.SHORTS ? 2 : 4));
        this.array = switch (key.kind()) {
            case FLOATS -> whole == null ? new FloatArray(count) : FloatArray.fromSegmentShallow(whole);
            case WORDS -> whole == null ? new IntArray(count) : IntArray.fromSegmentShallow(whole);
            case SHORTS -> whole == null ? new ShortArray(count) : ShortArray.fromSegmentShallow(whole);
        };
        this.scales = key.spread().stride() == 0
                ? null
                : new FloatArray(count / key.spread().stride() * key.spread().run());
    }

    Key key() {
        return key;
    }

    FloatArray floats() {
        return (FloatArray) array;
    }

    IntArray words() {
        return (IntArray) array;
    }

    ShortArray shorts() {
        return (ShortArray) array;
    }

    FloatArray scales() {
        return scales;
    }

    /** Both arrays, or the one. */
    TornadoNativeArray[] arrays() {
        return scales == null ? new TornadoNativeArray[]{array} : new TornadoNativeArray[]{array, scales};
    }

    /** A step reads it, as others have left it unless a step before has written it. */
    void reads() {
        read |= !written;
    }

    /** A step writes it. */
    void writes() {
        written = true;
    }

    /** What it holds before a run changes from run to run. */
    void changesEveryRun() {
        everyRun = true;
    }

    /** Whether a run needs what it held before. */
    boolean isRead() {
        return read;
    }

    boolean isEveryRun() {
        return read && everyRun;
    }

    /** Takes over the buffer's memory on the host. */
    void fill() {
        MemorySegment host = key.buffer().memory().asSlice(key.offset(), key.bytes());
        MemorySegment there = array.getSegment();
        if (there.address() != host.address()) {
            MemorySegment.copy(host, 0, there, 0, key.bytes());
        }
        for (long i = 0; scales != null && i < scales.getSize(); i++) {
            scales.set((int) i, Float.intBitsToFloat(there.get(INT, word(i))));
        }
    }

    /** Puts what was downloaded to the arrays into the buffer's memory on the host. */
    void store(long from, long count) {
        MemorySegment there = array.getSegment();
        for (long i = 0; scales != null && i < scales.getSize(); i++) {
            there.set(INT, word(i), Float.floatToRawIntBits(scales.get((int) i)));
        }
        MemorySegment host = key.buffer().memory().asSlice(key.offset(), key.bytes());
        if (there.address() != host.address()) {
            MemorySegment.copy(there, from, host, from, count);
        }
    }

    private long word(long scale) {
        Spread spread = key.spread();
        return 4 * (scale / spread.run() * spread.stride() + scale % spread.run());
    }
}
