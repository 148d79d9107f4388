package dev.tegula.file.gguf;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes GGUF files. The same calls give the same bytes; a file appears under its name whole or not at all.
 *
 * <p>Keys and tensors are written in the order in which they are given. Not thread-safe.
 */
public final class GgufWriter {
    private final int version;
    private final Map<String, Value> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private int alignment = HeaderReader.DEFAULT_ALIGNMENT;

    /** Writes one tensor's data, in as many pieces as it likes, to the channel's end. */
    @FunctionalInterface
    public interface Data {
        /** Writes exactly as many bytes as the tensor's format and dimensions need. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    private record Value(GgufValueType type, byte[] bytes) {}

    /** Data of null are a hole, which reads as zeros. */
    private record Tensor(String name, DType type, long[] dims, long bytes, Data data) {}

    private GgufWriter(int version) {
        this.version = version;
    }

    /** A writer of version 3. */
    public static GgufWriter create() {
        return new GgufWriter(3);
    }

    /**
     * A writer of that version.
     *
     * @throws IllegalArgumentException unless it is 2 or 3
     */
    public static GgufWriter create(int version) {
        if (version != 2 && version != 3) {
            throw new IllegalArgumentException("GGUF version " + version + " is neither 2 nor 3");
        }
        return new GgufWriter(version);
    }

    /** Sets {@code general.alignment}, a power of two from 8; 32 and no such key without this call. */
    public GgufWriter alignment(int bytes) {
        if (bytes < HeaderReader.MIN_ALIGNMENT || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException("alignment " + bytes + " is no power of two from 8");
        }
        alignment = bytes;
        return putInteger(HeaderReader.ALIGNMENT_KEY, GgufValueType.UINT32, bytes);
    }

    /** Adds a string. */
    public GgufWriter putString(String key, String value) {
        return add(key, GgufValueType.STRING, new LittleEndianOutput().string(value));
    }

    /** Adds an unsigned 32-bit integer, the usual type of a count. */
    public GgufWriter putUint32(String key, long value) {
        return putInteger(key, GgufValueType.UINT32, value);
    }

    /**
     * Adds an integer of a given type.
     *
     * @throws IllegalArgumentException when the type is no integer type or the value does not fit; an UINT64 takes all
     *         64 bits as they are
     */
    public GgufWriter putInteger(String key, GgufValueType type, long value) {
        return add(key, type, new LittleEndianOutput().integer(type, value));
    }

    /** Adds a 32-bit float. */
    public GgufWriter putFloat(String key, float value) {
        return add(key, GgufValueType.FLOAT32, new LittleEndianOutput().i32(Float.floatToRawIntBits(value)));
    }

    /** Adds a 64-bit float. */
    public GgufWriter putDouble(String key, double value) {
        return add(key, GgufValueType.FLOAT64, new LittleEndianOutput().i64(Double.doubleToRawLongBits(value)));
    }

    /** Adds a Boolean. */
    public GgufWriter putBool(String key, boolean value) {
        return add(key, GgufValueType.BOOL, new LittleEndianOutput().i8(value ? 1 : 0));
    }

    /** Adds an array of strings. */
    public GgufWriter putStrings(String key, List<String> values) {
        LittleEndianOutput out = new LittleEndianOutput().array(GgufValueType.STRING, values.size());
        values.forEach(out::string);
        return add(key, GgufValueType.ARRAY, out);
    }

    /** Adds an array of integers of a given type. */
    public GgufWriter putIntegers(String key, GgufValueType type, long... values) {
        LittleEndianOutput out = new LittleEndianOutput().array(type, values.length);
        for (long value : values) {
            out.integer(type, value);
        }
        return add(key, GgufValueType.ARRAY, out);
    }

    /** Adds an array of 32-bit floats. */
    public GgufWriter putFloats(String key, float... values) {
        LittleEndianOutput out = new LittleEndianOutput().array(GgufValueType.FLOAT32, values.length);
        for (float value : values) {
            out.i32(Float.floatToRawIntBits(value));
        }
        return add(key, GgufValueType.ARRAY, out);
    }

    /** Adds an array of 64-bit floats. */
    public GgufWriter putDoubles(String key, double... values) {
        LittleEndianOutput out = new LittleEndianOutput().array(GgufValueType.FLOAT64, values.length);
        for (double value : values) {
            out.i64(Double.doubleToRawLongBits(value));
        }
        return add(key, GgufValueType.ARRAY, out);
    }

    /** Adds an array of Booleans. */
    public GgufWriter putBools(String key, boolean... values) {
        LittleEndianOutput out = new LittleEndianOutput().array(GgufValueType.BOOL, values.length);
        for (boolean value : values) {
            out.i8(value ? 1 : 0);
        }
        return add(key, GgufValueType.ARRAY, out);
    }

    /** Adds a copy of what was read from another file, of any type. */
    public GgufWriter put(GgufMetadata.Entry entry) {
        LittleEndianOutput out = new LittleEndianOutput();
        switch (entry.value()) {
            case GgufArray array -> array.writeTo(out.array(array.elementType(), array.size()));
            case String text -> out.string(text);
            case Boolean flag -> out.i8(flag ? 1 : 0);
            case Float number -> out.i32(Float.floatToRawIntBits(number));
            case Double number -> out.i64(Double.doubleToRawLongBits(number));
            case Long number -> out.integer(entry.type(), number);
            default -> throw new AssertionError(entry.value().getClass());
        }
        if (entry.key().equals(HeaderReader.ALIGNMENT_KEY)) {
            alignment = Math.toIntExact((Long) entry.value());
        }
        return add(entry.key(), entry.type(), out);
    }

    /** Adds a tensor whose data are these bytes, {@code dims[0]} being the row length. */
    public GgufWriter tensor(String name, DType type, long[] dims, MemorySegment data) {
        long bytes = checkedBytes(name, type, dims);
        if (data.byteSize() != bytes) {
            throw new IllegalArgumentException("tensor " + name + ": " + data.byteSize() + " bytes of data, but "
                    + type + Arrays.toString(dims) + " takes " + bytes);
        }
        return tensor(name, type, dims, channel -> writeSegment(channel, data));
    }

    /** Adds a tensor whose data are asked for when the file is written. */
    public GgufWriter tensor(String name, DType type, long[] dims, Data data) {
        return addTensor(new Tensor(name, type, dims.clone(), checkedBytes(name, type, dims), data));
    }

    /** Adds a tensor of zeros, which takes no room on disk where the file system knows holes. */
    public GgufWriter hole(String name, DType type, long... dims) {
        return addTensor(new Tensor(name, type, dims.clone(), checkedBytes(name, type, dims), null));
    }

    /**
     * Writes the file beside its final place, makes it durable, and moves it there, replacing what was there.
     *
     * @throws IOException when writing fails, or {@link Data} gives another number of bytes than the tensor has; nothing
     *         is left behind then
     */
    public void write(Path path) throws IOException {
        String unique = Long.toHexString(ProcessHandle.current().pid()) + Long.toHexString(System.nanoTime());
        Path temporary = path.resolveSibling("." + path.getFileName() + "." + unique + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE)) {
                write(channel);
                channel.force(true);
            }
            try {
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException unsupported) {
                Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void write(SeekableByteChannel channel) throws IOException {
        writeFully(channel, ByteBuffer.wrap(header()));
        long start = aligned(channel.position());
        long offset = 0;
        for (Tensor tensor : tensors.values()) {
            channel.position(start + offset);
            if (tensor.data != null) {
                tensor.data.writeTo(channel);
                long written = channel.position() - start - offset;
                if (written != tensor.bytes) {
                    throw new IOException("tensor " + tensor.name + ": " + written + " bytes were written instead of "
                            + tensor.bytes);
                }
            }
            offset = aligned(offset + tensor.bytes);
        }
        long end = start + offset;
        if (!tensors.isEmpty() && channel.size() < end) {
            channel.position(end - 1);
            writeFully(channel, ByteBuffer.allocate(1));
        }
    }

    /** The header up to the tensor table's end, without the padding that follows. */
    byte[] header() {
        LittleEndianOutput out = new LittleEndianOutput().i32(HeaderReader.MAGIC)
                .i32(version)
                .i64(tensors.size())
                .i64(metadata.size());
        metadata.forEach((key, value) -> out.string(key).i32(value.type.id()).bytes(value.bytes));
        long offset = 0;
        for (Tensor tensor : tensors.values()) {
            out.string(tensor.name).i32(tensor.dims.length);
            for (long dim : tensor.dims) {
                out.i64(dim);
            }
            out.i32(TensorTypes.id(tensor.type)).i64(offset);
            offset = aligned(Math.addExact(offset, tensor.bytes));
        }
        return out.toByteArray();
    }

    private long aligned(long position) {
        return Math.addExact(position, alignment - 1L) / alignment * alignment;
    }

    private GgufWriter add(String key, GgufValueType type, LittleEndianOutput value) {
        if (key.isEmpty() || metadata.putIfAbsent(key, new Value(type, value.toByteArray())) != null) {
            throw new IllegalArgumentException(key.isEmpty() ? "an empty key" : "key " + key + " is there already");
        }
        return this;
    }

    private GgufWriter addTensor(Tensor tensor) {
        if (tensor.name.isEmpty() || tensors.putIfAbsent(tensor.name, tensor) != null) {
            throw new IllegalArgumentException(
                    tensor.name.isEmpty() ? "an empty tensor name" : "tensor " + tensor.name + " is there already");
        }
        return this;
    }

    private static long checkedBytes(String name, DType type, long[] dims) {
        if (dims.length < 1 || dims.length > HeaderReader.MAX_RANK || Arrays.stream(dims).anyMatch(d -> d < 1)
                || dims[0] % type.blockLength() != 0) {
            throw new IllegalArgumentException("tensor " + name + ": " + type + Arrays.toString(dims)
                    + " must have 1 to 4 dimensions from 1, and rows of whole blocks of " + type.blockLength());
        }
        if (TensorTypes.id(type) < 0) {
            throw new IllegalArgumentException("tensor " + name + ": " + type + " has no number in files");
        }
        return TensorTypes.bytes(type, Arrays.stream(dims).reduce(1, Math::multiplyExact));
    }

    private static void writeSegment(WritableByteChannel channel, MemorySegment data) throws IOException {
        long piece = 1L << 26;
        for (long at = 0; at < data.byteSize(); at += piece) {
            writeFully(channel, data.asSlice(at, Math.min(piece, data.byteSize() - at)).asByteBuffer());
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
