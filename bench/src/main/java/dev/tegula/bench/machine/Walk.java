package dev.tegula.bench.machine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A thread's way through its memory, in pieces, round and round. All sides of a contest share it, so that none finds in the caches
 * what it has just had itself.
 */
final class Walk {
    /** Short beside a slice of time, long beside a call. */
    private static final long PIECE_BYTES = 1 << 20;

    /**
     * Operands of one call.
     *
     * @param count bytes or steps
     * @param passes how often the call does the same
     */
    record Piece(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {}

    private final List<Piece> pieces;
    private int next;

    private Walk(List<Piece> pieces) {
        this.pieces = pieces;
    }

    /** Through whole arrays of the same length; y may be shorter where all pieces store the same few bytes. */
    static Walk through(MemorySegment y, MemorySegment x, MemorySegment z) {
        long bytes = x.byteSize();
        List<Piece> pieces = new ArrayList<>();
        for (long at = 0; at < bytes; at += PIECE_BYTES) {
            long count = Math.min(PIECE_BYTES, bytes - at);
            // What fits a cache is done several times in a call.
            long passes = bytes < PIECE_BYTES ? PIECE_BYTES / bytes : 1;
            pieces.add(new Piece(y.byteSize() == bytes ? y.asSlice(at, count) : y, x.asSlice(at, count),
                    z.asSlice(at, count), count, passes));
        }
        return new Walk(pieces);
    }

    /** On one spot. */
    static Walk on(Piece piece) {
        return new Walk(List.of(piece));
    }

    Piece next() {
        Piece piece = pieces.get(next);
        next = (next + 1) % pieces.size();
        return piece;
    }

    /** Bytes of each array that a call goes through, on the average. */
    double meanBytes() {
        return pieces.stream().mapToLong(piece -> piece.count() * piece.passes()).average().orElseThrow();
    }

    /** The first piece and the last, whose answers are looked at. */
    List<Piece> ends() {
        return pieces.size() == 1 ? pieces : List.of(pieces.getFirst(), pieces.getLast());
    }
}
