package dev.tegula.kernel;

import dev.tegula.tensor.Storage;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The rows of one executor call: a ragged batch of tokens of several sequences.
 *
 * <p>Rows of one sequence lie together and in the order of their positions. A sequence has a table of KV blocks: block
 * {@code i} of the table holds positions {@code 32 i … 32 i + 31}. Everything lies in native memory that is allocated
 * once; a batch is filled again for every call. Not thread-safe while it is being filled.
 */
public final class Batch {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final int maxRows;
    private final int maxSequences;
    private final int maxBlocks;
    private final MemorySegment rows;
    private final MemorySegment tables;
    private final int[] firstRow;
    private int rowCount;
    private int outputCount;
    private int sequenceCount;

    /**
     * Allocates a batch.
     *
     * @param storage owner of the memory
     * @param maxRows rows at most
     * @param maxSequences sequences at most
     * @param maxBlocks KV blocks of one sequence at most
     */
    public Batch(Storage storage, int maxRows, int maxSequences, int maxBlocks) {
        if (maxRows < 1 || maxSequences < 1 || maxBlocks < 1) {
            throw new IllegalArgumentException(
                    "batch of " + maxRows + " rows, " + maxSequences + " sequences, " + maxBlocks + " blocks");
        }
        this.maxRows = maxRows;
        this.maxSequences = maxSequences;
        this.maxBlocks = maxBlocks;
        this.rows = storage.allocate(16L * maxRows);
        this.tables = storage.allocate(Math.multiplyExact(4L * maxSequences, (long) maxBlocks));
        this.firstRow = new int[maxSequences + 1];
    }

    /** Bytes that a batch of this size takes. */
    public static long bytes(int maxRows, int maxSequences, int maxBlocks) {
        return 16L * maxRows + 4L * maxSequences * maxBlocks;
    }

    /** Empties the batch. */
    public void clear() {
        rowCount = 0;
        outputCount = 0;
        sequenceCount = 0;
    }

    /**
     * Begins the next sequence; the rows added after this are its own.
     *
     * @param blockTable KV blocks of the sequence, in the order of positions
     * @param blocks how many of them are used
     * @return the sequence's index in the batch
     */
    public int addSequence(int[] blockTable, int blocks) {
        if (sequenceCount == maxSequences || blocks > maxBlocks) {
            throw new IllegalArgumentException("sequence " + sequenceCount + " with " + blocks + " KV blocks: at most "
                    + maxSequences + " sequences of " + maxBlocks);
        }
        MemorySegment.copy(blockTable, 0, tables, INT, 4L * sequenceCount * maxBlocks, blocks);
        firstRow[sequenceCount] = rowCount;
        firstRow[sequenceCount + 1] = rowCount;
        return sequenceCount++;
    }

    /**
     * Adds a row to the sequence begun last.
     *
     * @param token token id
     * @param position position in the sequence, one more than the row's before it
     * @param output whether the row's logits are wanted
     */
    public void addRow(int token, int position, boolean output) {
        if (sequenceCount == 0 || rowCount == maxRows || position < 0 || position / KvLayout.BLOCK >= maxBlocks) {
            throw new IllegalArgumentException("row " + rowCount + " at position " + position + " of sequence "
                    + (sequenceCount - 1) + ": at most " + maxRows + " rows and " + maxBlocks + " KV blocks");
        }
        rows.set(INT, 16L * rowCount, token);
        rows.set(INT, 16L * rowCount + 4, position);
        rows.set(INT, 16L * rowCount + 8, sequenceCount - 1);
        if (output) {
            rows.set(INT, 16L * outputCount + 12, rowCount);
            outputCount++;
        }
        rowCount++;
        firstRow[sequenceCount] = rowCount;
    }

    /** Number of rows. */
    public int rows() {
        return rowCount;
    }

    /** Number of rows whose logits are wanted. */
    public int outputs() {
        return outputCount;
    }

    /** Number of sequences. */
    public int sequences() {
        return sequenceCount;
    }

    /** Rows that the batch can hold. */
    public int maxRows() {
        return maxRows;
    }

    /** Sequences that the batch can hold. */
    public int maxSequences() {
        return maxSequences;
    }

    /** KV blocks that a sequence can have. */
    public int maxBlocks() {
        return maxBlocks;
    }

    /** Token id of a row. */
    public int token(int row) {
        return rows.get(INT, 16L * row);
    }

    /** Position of a row in its sequence. */
    public int position(int row) {
        return rows.get(INT, 16L * row + 4);
    }

    /** Sequence of a row. */
    public int sequence(int row) {
        return rows.get(INT, 16L * row + 8);
    }

    /** Row of the i-th wanted output. */
    public int outputRow(int output) {
        return rows.get(INT, 16L * output + 12);
    }

    /** First row of a sequence; {@code firstRow(sequence + 1)} is the row after its last. */
    public int firstRow(int sequence) {
        return firstRow[sequence];
    }

    /** KV block that holds positions {@code 32 index … 32 index + 31} of a sequence. */
    public int block(int sequence, int index) {
        return tables.get(INT, 4L * ((long) sequence * maxBlocks + index));
    }

    /**
     * The rows' memory, for kernels outside Java: 16 bytes per row, which are I32 token, position, sequence, and the row of
     * the i-th output.
     */
    public MemorySegment rowsMemory() {
        return rows;
    }

    /** The block tables' memory, for kernels outside Java: {@link #maxBlocks} I32 per sequence. */
    public MemorySegment tablesMemory() {
        return tables;
    }
}
