package dev.tegula.file.gguf;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads one file's header.
 *
 * <pre>
 *  magic u32 | version u32 | tensors u64 | keys u64
 *  keys    × { key string | type u32 | value }
 *  tensors × { name string | rank u32 | rank × dim u64 | type u32 | offset u64 }
 *  zeros up to the alignment | data
 * </pre>
 *
 * A string is a u64 length and so many bytes; an array a u32 element type, a u64 count and the elements.
 */
final class HeaderReader {
    /** The letters GGUF. */
    static final int MAGIC = 0x46554747;
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;
    static final int MIN_ALIGNMENT = 8;
    static final int MAX_RANK = 4;

    /** The least a key takes: its length, one letter, its type, one byte of value. */
    private static final int KEY_BYTES = 8 + 1 + 4 + 1;
    /** The least a tensor takes: its name's length, one letter, rank, one dimension, type, offset. */
    private static final int TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

    private final GgufSource source;
    private final GgufOptions options;
    private final GgufLimits limits;
    private final HeaderInput in;

    /** What a header says, checked. */
    record Header(int version, int alignment, GgufMetadata metadata, List<GgufTensor> tensors, long dataStart) {}

    private record TableRow(String name, DType type, long[] dims, long bytes, long offset, long offsetAt)
            implements
                Comparable<TableRow> {
        @Override
        public int compareTo(TableRow other) {
            return Long.compare(offset, other.offset);
        }
    }

    HeaderReader(GgufSource source, GgufOptions options) {
        this.source = source;
        this.options = options;
        this.limits = options.limits();
        this.in = new HeaderInput(source, limits);
    }

    /** Reads it; {@code part} goes into the tensors, {@code tensorsBefore} counts against the limit on tensors. */
    Header read(int part, long tensorsBefore) throws IOException {
        int magic = in.i32("magic", "");
        if (magic != MAGIC) {
            throw refuse(GgufErrorCode.NOT_GGUF, "magic", 0, String.format("0x%08x", magic), "GGUF", "no GGUF file");
        }
        int version = in.i32("version", "");
        if (version != 2 && version != 3) {
            boolean swapped = version != 0 && (version & 0xFFFF) == 0;
            throw refuse(GgufErrorCode.UNSUPPORTED_VERSION, "version", 4, Integer.toUnsignedString(version), "2 or 3",
                    swapped ? "a big-endian file, which is not read" : "is not read");
        }
        int tensorCount = in.count("tensor count", "", Math.max(0, limits.tensors() - tensorsBefore), "tensors",
                TENSOR_BYTES);
        int keyCount = in.count("metadata key count", "", limits.keys(), "keys", KEY_BYTES);
        GgufMetadata metadata = new GgufMetadata(source.name(), readMetadata(keyCount));
        int alignment = alignment(metadata);
        List<TableRow> rows = readTable(tensorCount);
        long dataStart = (in.position() + alignment - 1) / alignment * alignment;
        return new Header(version, alignment, metadata, place(rows, dataStart, alignment, part), dataStart);
    }

    private Map<String, GgufMetadata.Entry> readMetadata(int count) throws IOException {
        Map<String, GgufMetadata.Entry> entries = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            long keyAt = in.position();
            String key = in.name("metadata key ", i, limits.keyBytes(), "keyBytes");
            GgufValueType type = valueType(key, " (type)");
            long at = in.position();
            Object value = switch (type) {
                case STRING -> string(key);
                case ARRAY -> array(key);
                default -> scalar(key, type);
            };
            if (entries.put(key, new GgufMetadata.Entry(key, type, value, at)) != null) {
                throw refuse(GgufErrorCode.DUPLICATE_KEY, key, keyAt, null, null, "the key occurs twice");
            }
        }
        return entries;
    }

    private GgufValueType valueType(String key, String what) throws IOException {
        long at = in.position();
        int id = in.i32(key, what);
        GgufValueType type = GgufValueType.ofId(id);
        if (type == null) {
            throw refuse(GgufErrorCode.UNKNOWN_VALUE_TYPE, key + what, at, Integer.toUnsignedString(id), "0 to 12",
                    "no such metadata type");
        }
        return type;
    }

    private Object scalar(String key, GgufValueType type) throws IOException {
        return switch (type) {
            case UINT8 -> (long) in.u8(key, "");
            case INT8 -> (long) (byte) in.u8(key, "");
            case UINT16 -> (long) (in.u8(key, "") | in.u8(key, "") << 8);
            case INT16 -> (long) (short) (in.u8(key, "") | in.u8(key, "") << 8);
            case UINT32 -> Integer.toUnsignedLong(in.i32(key, ""));
            case INT32 -> (long) in.i32(key, "");
            case UINT64, INT64 -> in.i64(key, "");
            case FLOAT32 -> Float.intBitsToFloat(in.i32(key, ""));
            case FLOAT64 -> Double.longBitsToDouble(in.i64(key, ""));
            case BOOL -> bool(key);
            case STRING, ARRAY -> throw new AssertionError(type);
        };
    }

    private boolean bool(String key) throws IOException {
        long at = in.position();
        int value = in.u8(key, "");
        if (value > 1) {
            throw refuse(GgufErrorCode.BAD_VALUE, key, at, Integer.toString(value), "1", "is no Boolean");
        }
        return value == 1;
    }

    private String string(String key) throws IOException {
        byte[] bytes = new byte[in.count(key, " (string length)", limits.stringBytes(), "stringBytes", 1)];
        in.bytes(key, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private GgufArray array(String key) throws IOException {
        long typeAt = in.position();
        GgufValueType type = valueType(key, " (element type)");
        if (type == GgufValueType.ARRAY) {
            throw refuse(GgufErrorCode.NESTED_ARRAY, key, typeAt, null, "depth 1", "arrays of arrays are not read");
        }
        if (type == GgufValueType.STRING) {
            return strings(key, in.count(key, " (array length)", limits.arrayElements(), "arrayElements", 8));
        }
        int count = in.count(key, " (array length)", limits.arrayElements(), "arrayElements", type.bytes());
        long at = in.position();
        byte[] bytes = new byte[Math.multiplyExact(count, type.bytes())];
        in.bytes(key, bytes, 0, bytes.length);
        if (type == GgufValueType.BOOL) {
            for (int i = 0; i < count; i++) {
                if (bytes[i] != 0 && bytes[i] != 1) {
                    throw refuse(GgufErrorCode.BAD_VALUE, key, at + i, Integer.toString(bytes[i] & 0xFF), "1",
                            "element " + i + " is no Boolean");
                }
            }
        }
        return new GgufArray(type, count, bytes, null);
    }

    /** The strings one behind the other, and where each ends: no object per token. */
    private GgufArray strings(String key, int count) throws IOException {
        int[] ends = new int[count];
        byte[] bytes = new byte[(int) Math.min(in.left(), 16L * count)];
        int used = 0;
        int i = 0;
        while (i < count) {
            i += in.bufferedStrings(bytes, used, ends, i);
            used = i == 0 ? 0 : ends[i - 1];
            if (i < count) {
                int bytesOfOne = in.count(key, " (string length)", limits.stringBytes(), "stringBytes", 1);
                if (bytesOfOne > bytes.length - used) {
                    long wanted = Math.max(used + (long) bytesOfOne, 2L * bytes.length);
                    bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, used + in.left()));
                }
                in.bytes(key, bytes, used, bytesOfOne);
                used += bytesOfOne;
                ends[i++] = used;
            }
        }
        return new GgufArray(GgufValueType.STRING, count, Arrays.copyOf(bytes, used), ends);
    }

    private int alignment(GgufMetadata metadata) {
        long alignment = metadata.getLong(ALIGNMENT_KEY, DEFAULT_ALIGNMENT);
        if (alignment < MIN_ALIGNMENT || alignment > limits.alignment() || Long.bitCount(alignment) != 1) {
            long at = metadata.entry(ALIGNMENT_KEY).map(GgufMetadata.Entry::offset).orElse(-1L);
            throw refuse(GgufErrorCode.BAD_ALIGNMENT, ALIGNMENT_KEY, at, Long.toString(alignment),
                    Long.toString(limits.alignment()), "must be a power of two from " + MIN_ALIGNMENT);
        }
        return (int) alignment;
    }

    private List<TableRow> readTable(int count) throws IOException {
        List<TableRow> rows = new ArrayList<>(count);
        Set<String> names = HashSet.newHashSet(count);
        for (int i = 0; i < count; i++) {
            long nameAt = in.position();
            String name = in.name("name of tensor ", i, limits.tensorNameBytes(), "tensorNameBytes");
            if (!names.add(name)) {
                throw refuse(GgufErrorCode.DUPLICATE_TENSOR, name, nameAt, null, null, "the name occurs twice");
            }
            rows.add(readRow(name));
        }
        return rows;
    }

    private TableRow readRow(String name) throws IOException {
        long rankAt = in.position();
        int rank = in.i32(name, " (rank)");
        if (rank < 1 || rank > MAX_RANK) {
            throw refuse(GgufErrorCode.BAD_DIMENSION, name + " (rank)", rankAt, Integer.toUnsignedString(rank),
                    Integer.toString(MAX_RANK), "must have 1 to 4 dimensions");
        }
        long dimsAt = in.position();
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = in.i64(name, " (dimensions)");
            if (dims[i] == 0 || Long.compareUnsigned(dims[i], limits.dimension()) > 0) {
                throw refuse(GgufErrorCode.BAD_DIMENSION, name + " (dimension " + i + ")", dimsAt + 8L * i,
                        Long.toUnsignedString(dims[i]),
                        Long.toString(limits.dimension()), "must be at least 1 and within the limit dimension");
            }
        }
        long typeAt = in.position();
        int typeId = in.i32(name, " (type)");
        DType type = TensorTypes.find(typeId, options.dialect());
        if (type == null) {
            throw refuse(GgufErrorCode.UNSUPPORTED_TENSOR_TYPE, name + " (type)", typeAt,
                    TensorTypes.describe(typeId, options.dialect()), null, "a tensor type that is not read");
        }
        if (dims[0] % type.blockLength() != 0) {
            throw refuse(GgufErrorCode.BAD_DIMENSION, name + " (dimension 0)", dimsAt, Long.toString(dims[0]), null,
                    "a row of " + type + " must be a whole number of blocks of " + type.blockLength());
        }
        long offsetAt = in.position();
        long offset = in.i64(name, " (offset)");
        return new TableRow(name, type, dims, bytes(name, type, dims, dimsAt), offset, offsetAt);
    }

    private long bytes(String name, DType type, long[] dims, long dimsAt) {
        try {
            long elements = 1;
            for (long dim : dims) {
                elements = Math.multiplyExact(elements, dim);
            }
            return TensorTypes.bytes(type, elements);
        } catch (ArithmeticException overflow) {
            throw refuse(GgufErrorCode.OVERFLOW, name + " (dimensions)", dimsAt, Arrays.toString(dims),
                    Long.toString(Long.MAX_VALUE), "elements or bytes exceed 63 bits");
        }
    }

    /** Checks where the data lie, which needs the alignment and the header's end. */
    private List<GgufTensor> place(List<TableRow> rows, long dataStart, int alignment, int part) {
        long dataBytes = source.size() - dataStart;
        List<GgufTensor> tensors = new ArrayList<>(rows.size());
        for (TableRow row : rows) {
            if (row.offset % alignment != 0) {
                throw refuse(GgufErrorCode.MISALIGNED_OFFSET, row.name + " (offset)", row.offsetAt,
                        Long.toUnsignedString(row.offset), Integer.toString(alignment),
                        "must be a multiple of the alignment");
            }
            if (row.offset < 0 || row.offset > dataBytes || row.bytes > dataBytes - row.offset) {
                throw refuse(GgufErrorCode.OUTSIDE_FILE, row.name + " (offset)", row.offsetAt,
                        Long.toUnsignedString(row.offset) + " and " + row.bytes + " bytes",
                        Math.max(0, dataBytes) + " bytes of data", "the data go beyond the end of the file");
            }
            tensors.add(new GgufTensor(row.name, row.type, row.dims, row.bytes, row.offset, dataStart + row.offset,
                    part));
        }
        refuseOverlap(rows);
        return tensors;
    }

    private void refuseOverlap(List<TableRow> rows) {
        List<TableRow> sorted = new ArrayList<>(rows);
        Collections.sort(sorted);
        for (int i = 1; i < sorted.size(); i++) {
            TableRow before = sorted.get(i - 1);
            TableRow row = sorted.get(i);
            if (before.offset + before.bytes > row.offset) {
                throw refuse(GgufErrorCode.OVERLAP, row.name + " (offset)", row.offsetAt, Long.toString(row.offset),
                        Long.toString(before.offset + before.bytes), "the data overlap those of " + before.name);
            }
        }
    }

    private GgufException refuse(GgufErrorCode code, String field, long at, String value, String limit, String why) {
        return new GgufException(code, source.name(), field, at, value, limit, why);
    }
}
