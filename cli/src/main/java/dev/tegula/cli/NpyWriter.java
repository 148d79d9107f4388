package dev.tegula.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a matrix of F32, row by row, as a NumPy file of format version 1.0, little-endian, in C order.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The NPY format</a>
 */
final class NpyWriter implements AutoCloseable {
    // The header's length, from the magic bytes to the line feed, is a multiple of this.
    private static final int ALIGNMENT = 64;
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

    private final OutputStream out;
    private final float[] row;
    private final ByteBuffer bytes;

    /** Creates or replaces the file and writes the header. */
    NpyWriter(Path file, int rows, int cols) throws IOException {
        row = new float[cols];
        bytes = ByteBuffer.allocate(Math.multiplyExact(cols, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        out = new BufferedOutputStream(Files.newOutputStream(file));
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + cols + "), }";
        int used = MAGIC.length + Short.BYTES + dictionary.length() + 1;
        String header = dictionary + " ".repeat(Math.ceilDiv(used, ALIGNMENT) * ALIGNMENT - used) + "\n";
        out.write(MAGIC);
        out.write(header.length() & 0xff);
        out.write(header.length() >> 8);
        out.write(header.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes the next row. */
    void row(MemorySegment source, long offset) throws IOException {
        MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, row, 0, row.length);
        bytes.asFloatBuffer().put(row);
        out.write(bytes.array());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
