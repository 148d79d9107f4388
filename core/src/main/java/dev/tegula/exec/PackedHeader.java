package dev.tegula.exec;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The header of a weight cache, and with it the file's format. All numbers are little-endian.
 *
 * <pre>
 *  magic, 8 bytes: TEGULAPK | version u32 | header length u32 | file length u64
 *  facts u32    × { name string | value string }
 *  sections u32 × { name string | type string | packing string | rows u64 | cols u32
 *                   | offset u64 | bytes u64 | checksum u32 }
 *  CRC32C u32 of all that came so far
 *  zeros up to a multiple of 4096 | section | zeros | section | ...
 * </pre>
 *
 * A string is a u32 length and so many bytes of UTF-8. The facts are the key: the cache is of use while they are all the
 * same. A section is a weight matrix in a packing: its groups of rows one after the other, laid out as the packing's id
 * says. Its checksum is the CRC32C of its groups' CRC32Cs (u32 each), so that several workers can compute it.
 *
 * @param key the facts
 * @param sections the matrices
 */
record PackedHeader(Map<String, String> key, List<Section> sections) {
    /** Version of the format; other versions are not read but replaced. */
    static final int VERSION = 1;
    /** Sections begin at multiples of this: a page. */
    static final long ALIGNMENT = 4096;

    private static final byte[] MAGIC = "TEGULAPK".getBytes(StandardCharsets.US_ASCII);
    /** Magic, version, header length, file length. */
    private static final int START = 24;
    /** Longest header: several times that of a model with as many tensors as the limits allow. */
    private static final int MAX_BYTES = 1 << 27;

    /**
     * A matrix in the file.
     *
     * @param name the tensor's
     * @param type its number format's
     * @param packing id of its layout
     * @param rows rows
     * @param cols elements per row
     * @param offset where it begins in the file
     * @param bytes its length there
     * @param checksum see {@link PackedHeader}
     */
    record Section(String name, String type, String packing, long rows, int cols, long offset, long bytes,
            int checksum) {
        /** Whether it is a weight in the layout wanted; offset and checksum are another matter. */
        boolean holds(Plan.Weight weight) {
            return type.equals(weight.value().type().name()) && rows == weight.value().rows().size()
                    && cols == weight.value().cols() && bytes == weight.bytes();
        }

        Section at(long where) {
            return new Section(name, type, packing, rows, cols, where, bytes, checksum);
        }

        Section withChecksum(int sum) {
            return new Section(name, type, packing, rows, cols, offset, bytes, sum);
        }
    }

    /** What a section is found by. */
    record SectionId(String name, String packing) {
        SectionId(Plan.Weight weight) {
            this(weight.value().name(), weight.packing().id());
        }
    }

    /** Places sections for weights, whose checksums are not known yet. */
    static PackedHeader layout(Map<String, String> key, List<Plan.Weight> weights) {
        List<Section> sections = new ArrayList<>();
        for (Plan.Weight weight : weights) {
            sections.add(new Section(weight.value().name(), weight.value().type().name(), weight.packing().id(),
                    weight.value().rows().size(), weight.value().cols(), 0, weight.bytes(), 0));
        }
        // Offsets and checksums take the same room whatever they are.
        long end = new PackedHeader(key, sections).encode().length;
        for (int i = 0; i < sections.size(); i++) {
            long offset = Math.ceilDiv(end, ALIGNMENT) * ALIGNMENT;
            sections.set(i, sections.get(i).at(offset));
            end = Math.addExact(offset, sections.get(i).bytes());
        }
        return new PackedHeader(key, sections);
    }

    /** The same with the sections' checksums. */
    PackedHeader withChecksums(int[] checksums) {
        List<Section> summed = new ArrayList<>();
        for (int i = 0; i < checksums.length; i++) {
            summed.add(sections.get(i).withChecksum(checksums[i]));
        }
        return new PackedHeader(key, summed);
    }

    /** The file's length: the last section's end. */
    long fileBytes() {
        return sections.isEmpty() ? 0 : sections.getLast().offset() + sections.getLast().bytes();
    }

    /** The header's bytes. */
    byte[] encode() {
        int room = START + 12;
        for (Map.Entry<String, String> fact : key.entrySet()) {
            room += bytes(fact.getKey()) + bytes(fact.getValue());
        }
        for (Section section : sections) {
            room += bytes(section.name()) + bytes(section.type()) + bytes(section.packing()) + 32;
        }
        ByteBuffer out = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(room).putLong(fileBytes());
        out.putInt(key.size());
        key.forEach((name, value) -> {
            put(out, name);
            put(out, value);
        });
        out.putInt(sections.size());
        for (Section section : sections) {
            put(out, section.name());
            put(out, section.type());
            put(out, section.packing());
            out.putLong(section.rows()).putInt(section.cols());
            out.putLong(section.offset()).putLong(section.bytes()).putInt(section.checksum());
        }
        return out.putInt(crc(out.array(), room - 4)).array();
    }

    private static int bytes(String text) {
        return 4 + text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putInt(bytes.length).put(bytes);
    }

    /**
     * Reads the header of an open file.
     *
     * @throws UnusableCacheException when it is none, of another version, truncated or damaged
     */
    static PackedHeader read(RandomAccessFile file) throws IOException {
        long length = file.length();
        byte[] start = new byte[(int) Math.min(length, START)];
        file.seek(0);
        file.readFully(start);
        // An empty file is what a user may have made to say where; ours are never shorter than the magic.
        if (length > 0 && (length < MAGIC.length
                || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length))) {
            throw UnusableCacheException.foreign();
        }
        if (start.length < START) {
            throw new UnusableCacheException("is truncated");
        }
        ByteBuffer in = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw new UnusableCacheException("has format version " + Integer.toUnsignedString(version) + ", not "
                    + VERSION);
        }
        int room = in.getInt();
        if (room < START + 12 || room > Math.min(length, MAX_BYTES)) {
            throw new UnusableCacheException("is truncated or damaged");
        }
        if (in.getLong() != length) {
            throw new UnusableCacheException("is truncated or has another length than it says");
        }
        byte[] header = Arrays.copyOf(start, room);
        file.readFully(header, START, room - START);
        ByteBuffer all = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        if (all.getInt(room - 4) != crc(header, room - 4)) {
            throw new UnusableCacheException("has a damaged header");
        }
        try {
            return decode(all.position(START).limit(room - 4));
        } catch (BufferUnderflowException e) {
            throw new UnusableCacheException("has a header that makes no sense");
        }
    }

    private static PackedHeader decode(ByteBuffer in) {
        Map<String, String> key = new LinkedHashMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            key.put(string(in), string(in));
        }
        List<Section> sections = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            sections.add(new Section(string(in), string(in), string(in), in.getLong(), in.getInt(), in.getLong(),
                    in.getLong(), in.getInt()));
        }
        return new PackedHeader(key, sections);
    }

    private static String string(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
