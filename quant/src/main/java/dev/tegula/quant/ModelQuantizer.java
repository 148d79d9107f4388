package dev.tegula.quant;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufMetadata;
import dev.tegula.file.gguf.GgufTensor;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Codecs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Writes a model file again with its matrices in another format, as many as the file has: tensor by tensor, in pieces, so
 * that memory does not grow with the model.
 *
 * <p>Quantized are the two-dimensional tensors {@code ….weight} whose rows are whole blocks of the format. The embedding and
 * the output matrix, on which a model's quality depends most, are so only where a format is named for them. Norms, biases
 * and all else stay as they are, and so does what is in the wanted format already or has no decoder (I2_S).
 *
 * <p>The same input gives the same bytes, whatever the number of processors, which are all used.
 */
public final class ModelQuantizer {
    private static final Set<String> EMBEDDINGS = Set.of("token_embd.weight", "output.weight");
    /** Keys that say of the input file what is not true of the output. */
    private static final Set<String> DROPPED = Set.of("general.file_type", "split.no", "split.count",
            "split.tensors.count");
    /** Elements of a piece, or one row where that is longer. */
    private static final int PIECE = 1 << 18;

    private final GgufFile in;
    private final Map<String, DType> types = new HashMap<>();
    private final int workers = Runtime.getRuntime().availableProcessors();
    private long done;

    /**
     * What was written.
     *
     * @param quantized matrices in the format asked for
     * @param kept tensors that stayed as they were
     * @param bytesBefore bytes of all tensors in the input
     * @param bytesAfter bytes of all tensors in the output
     */
    public record Summary(int quantized, int kept, long bytesBefore, long bytesAfter) {}

    private ModelQuantizer(GgufFile in, DType matrices, Optional<DType> embedding) {
        this.in = in;
        for (GgufTensor tensor : in.tensors()) {
            Optional<DType> wanted = EMBEDDINGS.contains(tensor.name()) ? embedding : Optional.of(matrices);
            wanted.filter(type -> isQuantized(tensor, type)).ifPresent(type -> types.put(tensor.name(), type));
        }
        if (types.isEmpty()) {
            throw new IllegalArgumentException(in.name() + ": no matrix that could become " + matrices
                    + "; it takes rows of a multiple of " + matrices.blockLength() + " elements in another format");
        }
    }

    private static boolean isQuantized(GgufTensor tensor, DType type) {
        return tensor.rank() == 2 && tensor.name().endsWith(".weight") && tensor.type() != type
                && Codecs.hasDecoder(tensor.type()) && tensor.dim(0) % type.blockLength() == 0;
    }

    /**
     * Writes a model.
     *
     * @param in the model
     * @param out where the file appears, whole or not at all, replacing what was there
     * @param matrices format of the matrices
     * @param embedding format of the embedding and output matrix; as they are if empty
     * @param progress hears how many bytes of the input's tensors are done
     * @throws IllegalArgumentException when Tegula has no encoder of a format, when there is nothing to quantize, or when
     *     {@code out} is a part of {@code in}
     * @throws IOException when the file cannot be written
     * @throws dev.tegula.file.gguf.GgufException when the input can no longer be read
     */
    public static Summary write(GgufFile in, Path out, DType matrices, Optional<DType> embedding, LongConsumer progress)
            throws IOException {
        Objects.requireNonNull(progress, "progress");
        Formats.encoder(matrices);
        embedding.ifPresent(Formats::encoder);
        for (String part : in.parts()) {
            Path path = Path.of(part);
            if (Files.exists(out) && Files.exists(path) && Files.isSameFile(out, path)) {
                throw new IllegalArgumentException(out + ": is the input itself");
            }
        }
        return new ModelQuantizer(in, matrices, embedding).write(out, progress);
    }

    private Summary write(Path out, LongConsumer progress) throws IOException {
        GgufWriter writer = GgufWriter.create(in.version());
        for (GgufMetadata.Entry entry : in.metadata().entries()) {
            if (!DROPPED.contains(entry.key())) {
                writer.put(entry);
            }
        }
        long after = 0;
        for (GgufTensor tensor : in.tensors()) {
            DType type = types.getOrDefault(tensor.name(), tensor.type());
            after += types.containsKey(tensor.name()) ? type.bytes(tensor.elements()) : tensor.bytes();
            writer.tensor(tensor.name(), type, tensor.dims(), channel -> {
                if (types.containsKey(tensor.name())) {
                    quantize(tensor, type, channel, progress);
                } else {
                    copy(tensor, channel, progress);
                }
            });
        }
        writer.write(out);
        return new Summary(types.size(), in.tensors().size() - types.size(), in.tensorBytes(), after);
    }

    private void copy(GgufTensor tensor, WritableByteChannel channel, LongConsumer progress) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(Math.min(4L * PIECE, tensor.bytes()));
            for (long at = 0; at < tensor.bytes(); at += piece.byteSize()) {
                long bytes = Math.min(piece.byteSize(), tensor.bytes() - at);
                in.read(tensor, at, piece, 0, bytes);
                writeFully(channel, piece.asSlice(0, bytes));
                progress.accept(done += bytes);
            }
        }
    }

    /** Quantizes a piece per processor at a time, and writes them in order. */
    private void quantize(GgufTensor tensor, DType type, WritableByteChannel channel, LongConsumer progress)
            throws IOException {
        long rows = tensor.dim(1);
        long pieceRows = Math.clamp(PIECE / tensor.dim(0), 1, rows);
        int pieces = Math.toIntExact(Math.ceilDiv(rows, pieceRows));
        try (Arena arena = Arena.ofShared()) {
            List<Piece> buffers = new ArrayList<>();
            for (int i = 0; i < Math.min(workers, pieces); i++) {
                buffers.add(new Piece(arena, tensor, type, pieceRows));
            }
            for (int first = 0; first < pieces; first += buffers.size()) {
                int from = first;
                int count = Math.min(buffers.size(), pieces - first);
                IntStream.range(0, count).parallel().forEach(i -> {
                    long row = (from + i) * pieceRows;
                    buffers.get(i).quantize(row, Math.min(pieceRows, rows - row));
                });
                for (int i = 0; i < count; i++) {
                    writeFully(channel, buffers.get(i).result());
                    progress.accept(done += buffers.get(i).inputBytes());
                }
            }
        }
    }

    /** Some rows of a tensor on their way from one format to another. */
    private final class Piece {
        private final GgufTensor tensor;
        private final DType type;
        private final MemorySegment stored;
        private final MemorySegment values;
        private final MemorySegment blocks;
        private long elements;

        Piece(Arena arena, GgufTensor tensor, DType type, long rows) {
            this.tensor = tensor;
            this.type = type;
            long most = rows * tensor.dim(0);
            this.stored = arena.allocate(tensor.type().bytes(most), 64);
            this.values = arena.allocate(4 * most, 64);
            this.blocks = arena.allocate(type.bytes(most), 64);
        }

        void quantize(long row, long rows) {
            elements = rows * tensor.dim(0);
            in.read(tensor, tensor.type().bytes(row * tensor.dim(0)), stored, 0, inputBytes());
            Codecs.decoder(tensor.type()).decode(stored, 0, values, 0, elements / tensor.type().blockLength());
            Formats.encoder(type).encode(values, 0, blocks, 0, elements / type.blockLength());
        }

        long inputBytes() {
            return tensor.type().bytes(elements);
        }

        MemorySegment result() {
            return blocks.asSlice(0, type.bytes(elements));
        }
    }

    private static void writeFully(WritableByteChannel channel, MemorySegment data) throws IOException {
        ByteBuffer buffer = data.asByteBuffer();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
