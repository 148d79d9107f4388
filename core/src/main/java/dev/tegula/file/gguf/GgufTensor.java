package dev.tegula.file.gguf;

import dev.tegula.tensor.DType;
import java.util.Arrays;

/** One entry of the tensor table, checked and immutable. Its bytes are read through {@link GgufFile#read}. */
public final class GgufTensor {
    private final String name;
    private final DType type;
    private final long[] dims;
    private final long bytes;
    private final long offset;
    private final long fileOffset;
    private final int part;

    GgufTensor(String name, DType type, long[] dims, long bytes, long offset, long fileOffset, int part) {
        this.name = name;
        this.type = type;
        this.dims = dims;
        this.bytes = bytes;
        this.offset = offset;
        this.fileOffset = fileOffset;
        this.part = part;
    }

    /** The tensor's name, for example {@code blk.0.attn_q.weight}. */
    public String name() {
        return name;
    }

    /** The number format. */
    public DType type() {
        return type;
    }

    /** A copy of the one to four dimensions, the fastest first: {@code dims()[0]} is the row length in elements. */
    public long[] dims() {
        return dims.clone();
    }

    /** The number of dimensions, 1 to 4. */
    public int rank() {
        return dims.length;
    }

    /** Dimension {@code axis}; 1 from {@link #rank} up to 3, as every tensor has four dimensions in the end. */
    public long dim(int axis) {
        if (axis < 0 || axis > 3) {
            throw new IndexOutOfBoundsException("axis " + axis + " is not in 0..3");
        }
        return axis < dims.length ? dims[axis] : 1;
    }

    /** The number of elements. */
    public long elements() {
        long product = 1;
        for (long dim : dims) {
            product *= dim; // checked when the table was read
        }
        return product;
    }

    /** Bytes of the data. */
    public long bytes() {
        return bytes;
    }

    /** Where the data begin, from the start of the file's data section. */
    public long offset() {
        return offset;
    }

    /** Where the data begin, from the start of the file (of its part, if it is split). */
    public long fileOffset() {
        return fileOffset;
    }

    /** Which part of a split file holds the data, from 0; 0 for a file in one piece. */
    public int part() {
        return part;
    }

    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(dims);
    }
}
