package dev.tegula.file.gguf;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An open GGUF file, or all parts of a split one: its header, read and checked, and its tensors' data.
 *
 * <p>Immutable and safe for use by many threads until {@link #close}; {@link #read} after that is an
 * {@link IllegalStateException}, while the header stays readable.
 *
 * <p>Tensor data leave only by {@link #read}, a memory copy. That is on purpose: when another process cuts off a mapped
 * file, code that works on the mapping dies in whatever way its engine does, down to the whole process if it is native
 * code. The copy instead ends with {@link GgufErrorCode#TRUNCATED_WHILE_OPEN}, and what it has copied by then is to be
 * thrown away. A file that is overwritten in place is not noticed. With {@link GgufOptions#noMmap} there is no mapping
 * at all.
 */
public final class GgufFile implements Closeable {
    private final List<GgufSource> sources;
    private final GgufOptions options;
    private final HeaderReader.Header header;
    /** Where each part's data begin. */
    private final List<Long> dataStarts;
    private final Map<String, GgufTensor> tensors;

    private GgufFile(List<GgufSource> sources, GgufOptions options, List<HeaderReader.Header> headers,
            Map<String, GgufTensor> tensors) {
        this.sources = List.copyOf(sources);
        this.options = options;
        this.header = headers.getFirst();
        this.dataStarts = headers.stream().map(HeaderReader.Header::dataStart).toList();
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** Opens a file with {@link GgufOptions#defaults}. */
    public static GgufFile open(Path path) throws IOException {
        return open(path, GgufOptions.defaults());
    }

    /**
     * Opens a file and, if it is the first part of a split one, the others beside it.
     *
     * @throws IOException when a file is not there or cannot be opened or read
     * @throws GgufException when the content is refused
     */
    public static GgufFile open(Path path, GgufOptions options) throws IOException {
        Objects.requireNonNull(options, "options");
        List<GgufSource> sources = new ArrayList<>();
        try {
            sources.add(new FileSource(path, !options.noMmap()));
            HeaderReader.Header first = new HeaderReader(sources.getFirst(), options).read(0, 0);
            List<HeaderReader.Header> headers = new ArrayList<>(List.of(first));
            Map<String, GgufTensor> tensors = new LinkedHashMap<>();
            addAll(tensors, first, sources.getFirst());
            SplitParts split = SplitParts.of(path, first.metadata(), options.limits());
            for (int part = 1; part < split.count(); part++) {
                FileSource source = new FileSource(split.path(part), !options.noMmap());
                sources.add(source);
                HeaderReader.Header next = new HeaderReader(source, options).read(part, tensors.size());
                split.check(part, source.name(), next.metadata());
                headers.add(next);
                addAll(tensors, next, source);
            }
            split.checkTotal(tensors.size());
            return new GgufFile(sources, options, headers, tensors);
        } catch (IOException | RuntimeException | Error failure) {
            closeAll(sources);
            throw failure;
        }
    }

    /**
     * Reads a whole file from a stream into native memory, for a model that is a resource of the application. The stream
     * is read to its end and not closed.
     *
     * @param name what messages call the file
     * @throws IOException when the stream fails
     * @throws GgufException when the content is refused, or longer than {@link GgufLimits#embeddedBytes}
     */
    public static GgufFile read(InputStream stream, String name, GgufOptions options) throws IOException {
        return inMemory(MemorySource.of(stream, name, options.limits()), options);
    }

    /** The same from an array, which is copied. */
    public static GgufFile read(byte[] content, String name, GgufOptions options) {
        try {
            return inMemory(MemorySource.of(content, name, options.limits()), options);
        } catch (IOException impossible) {
            throw new AssertionError("memory does not fail", impossible);
        }
    }

    private static GgufFile inMemory(MemorySource source, GgufOptions options) throws IOException {
        try {
            HeaderReader.Header header = new HeaderReader(source, options).read(0, 0);
            SplitParts.refuse(source.name(), header.metadata());
            Map<String, GgufTensor> tensors = new LinkedHashMap<>();
            addAll(tensors, header, source);
            return new GgufFile(List.of(source), options, List.of(header), tensors);
        } catch (IOException | RuntimeException | Error failure) {
            source.close();
            throw failure;
        }
    }

    private static void addAll(Map<String, GgufTensor> tensors, HeaderReader.Header header, GgufSource source) {
        for (GgufTensor tensor : header.tensors()) {
            if (tensors.put(tensor.name(), tensor) != null) {
                throw new GgufException(GgufErrorCode.DUPLICATE_TENSOR, source.name(), tensor.name(), -1, null, null,
                        "another part has a tensor of that name");
            }
        }
    }

    /** The file's name as messages call it; the first part's, if it is split. */
    public String name() {
        return sources.getFirst().name();
    }

    /** The names of all parts, in order; one for a file in one piece. */
    public List<String> parts() {
        return sources.stream().map(GgufSource::name).toList();
    }

    /** The format's version, 2 or 3. */
    public int version() {
        return header.version();
    }

    /** The alignment of tensor data in bytes, a power of two from 8. */
    public int alignment() {
        return header.alignment();
    }

    /** What it was opened with. */
    public GgufOptions options() {
        return options;
    }

    /** The metadata; of a split file, those of the first part. */
    public GgufMetadata metadata() {
        return header.metadata();
    }

    /** All tensors, in the file's order, part after part. */
    public List<GgufTensor> tensors() {
        return List.copyOf(tensors.values());
    }

    /** The tensor of that name, if there is one. */
    public Optional<GgufTensor> findTensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor of that name.
     *
     * @throws GgufException with {@link GgufErrorCode#MISSING_TENSOR} when there is none
     */
    public GgufTensor tensor(String name) {
        GgufTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new GgufException(GgufErrorCode.MISSING_TENSOR, name(), name, -1, null, null,
                    "the file has no such tensor, which is needed");
        }
        return tensor;
    }

    /** Bytes on disk of all parts. */
    public long fileBytes() {
        return sources.stream().mapToLong(GgufSource::size).sum();
    }

    /**
     * What tells this file from others, and from itself before a change, without a look at its tensors' data: bytes and
     * modification times of all parts, a hash of their headers, and the dialect they are read in. Empty for a file in
     * memory.
     *
     * @return facts by their names
     * @throws IOException when a part was modified since it was opened, or cannot be read
     */
    public Map<String, String> identity() throws IOException {
        MessageDigest hash = sha256();
        List<String> bytes = new ArrayList<>();
        List<String> times = new ArrayList<>();
        for (int part = 0; part < sources.size(); part++) {
            GgufSource source = sources.get(part);
            Optional<FileTime> modified = source.modified();
            if (modified.isEmpty()) {
                return Map.of();
            }
            bytes.add(Long.toString(source.size()));
            times.add(modified.get().toString());
            // Without tensors the file may end before the place where their data would begin.
            hashHeader(source, Math.min(dataStarts.get(part), source.size()), hash);
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("length", String.join(" ", bytes));
        facts.put("modification time", String.join(" ", times));
        facts.put("header hash", HexFormat.of().formatHex(hash.digest()));
        facts.put("dialect", options.dialect().name());
        return facts;
    }

    private static void hashHeader(GgufSource source, long length, MessageDigest hash) throws IOException {
        byte[] chunk = new byte[(int) Math.min(length, 1 << 16)];
        for (long done = 0; done < length; done += chunk.length) {
            int step = (int) Math.min(chunk.length, length - done);
            source.read(done, chunk, 0, step);
            hash.update(chunk, 0, step);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Bytes of data of all tensors. */
    public long tensorBytes() {
        return tensors.values().stream().mapToLong(GgufTensor::bytes).sum();
    }

    /**
     * Copies bytes of a tensor.
     *
     * @param tensor a tensor of this file
     * @param byteOffset the first byte, from the start of the tensor's data
     * @param target where they go
     * @param targetOffset the first byte written, from the start of {@code target}
     * @param length how many
     * @throws IllegalArgumentException when the tensor is not of this file
     * @throws IndexOutOfBoundsException when a range is not inside the tensor or the target
     * @throws GgufException when the file got shorter meanwhile or can no longer be read; the target's content is then
     *         undefined
     * @throws IllegalStateException when the file is closed
     */
    public void read(GgufTensor tensor, long byteOffset, MemorySegment target, long targetOffset, long length) {
        if (tensors.get(tensor.name()) != tensor) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " is not of " + name());
        }
        Objects.checkFromIndexSize(byteOffset, length, tensor.bytes());
        Objects.checkFromIndexSize(targetOffset, length, target.byteSize());
        if (length > 0) {
            sources.get(tensor.part())
                    .copy(tensor.name(), tensor.fileOffset() + byteOffset, target, targetOffset,
                            length);
        }
    }

    /**
     * Copies a whole tensor into new memory, aligned to 64 bytes.
     *
     * @throws GgufException as {@link #read}
     */
    public MemorySegment load(GgufTensor tensor, Arena arena) {
        MemorySegment target = arena.allocate(tensor.bytes(), 64);
        read(tensor, 0, target, 0, tensor.bytes());
        return target;
    }

    /**
     * Releases file and memory.
     *
     * @throws IllegalStateException when a thread is just copying data; nothing is closed then
     */
    @Override
    public void close() {
        closeAll(sources);
    }

    private static void closeAll(List<GgufSource> sources) {
        for (GgufSource source : sources) {
            source.close();
        }
    }
}
