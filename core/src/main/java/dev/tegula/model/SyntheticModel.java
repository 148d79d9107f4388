package dev.tegula.model;

import dev.tegula.file.gguf.GgufValueType;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.file.gguf.I2sBlocks;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes small model files with random weights: right in every respect but sense. For tests of code that runs models, in
 * milliseconds and without a download. The same settings give the same bytes.
 *
 * <p>Matrices take the given type, or F16 where their row length is no whole number of its blocks; the embedding is F32
 * unless {@link #embedding} says otherwise. The tokenizer knows the 256 bytes (byte-level BPE without merges), and
 * {@code <|end|>} as id 256, {@code <|user|>} as 257, {@code <|assistant|>} as 258.
 *
 * @param architecture a name that {@link dev.tegula.model.arch.Architectures} knows
 * @param layers blocks
 * @param width elements of the residual stream
 * @param feedForward width of the feed-forward layer
 * @param heads query heads
 * @param kvHeads KV heads
 * @param headSize elements per head
 * @param vocabulary tokens, at least 259
 * @param context positions
 * @param type format of the matrices
 * @param embedding format of the embedding and output matrix
 * @param seed of the random weights
 */
public record SyntheticModel(String architecture, int layers, int width, int feedForward, int heads, int kvHeads,
        int headSize, int vocabulary, int context, DType type, DType embedding, long seed) {
    /** Standard deviation of the weights times the square root of the row length: keeps activations near 1. */
    private static final float GAIN = 1f;

    /** A model of two layers with 256 elements, four heads and a vocabulary of 320. */
    public static SyntheticModel tiny(String architecture, DType type) {
        return new SyntheticModel(architecture, 2, 256, 512, 4, 2, 64, 320, 256, type, DType.F32, 42);
    }

    /** The same with another embedding. */
    public SyntheticModel withEmbedding(DType other) {
        return new SyntheticModel(architecture, layers, width, feedForward, heads, kvHeads, headSize, vocabulary,
                context,
                type, other, seed);
    }

    /** The same with another seed. */
    public SyntheticModel withSeed(long other) {
        return new SyntheticModel(architecture, layers, width, feedForward, heads, kvHeads, headSize, vocabulary,
                context,
                type, embedding, other);
    }

    /**
     * Writes the file.
     *
     * @return the path
     * @throws IOException when it cannot be written
     */
    public Path write(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            writer(arena).write(path);
        }
        return path;
    }

    /** The writer with everything in it, for those who want to change something first. Tensors live in {@code arena}. */
    public GgufWriter writer(Arena arena) {
        GgufWriter file = GgufWriter.create();
        metadata(file);
        new Tensors(file, arena, new SplittableRandom(seed)).writeAll();
        return file;
    }

    private void metadata(GgufWriter file) {
        String p = architecture + ".";
        file.putString("general.architecture", architecture).putString("general.name", "synthetic " + architecture);
        file.putUint32(p + "block_count", layers)
                .putUint32(p + "context_length", context)
                .putUint32(p + "embedding_length", width)
                .putUint32(p + "feed_forward_length", feedForward)
                .putUint32(p + "attention.head_count", heads)
                .putUint32(p + "attention.head_count_kv", kvHeads)
                .putUint32(p + "attention.key_length", headSize)
                .putUint32(p + "attention.value_length", headSize)
                .putFloat(p + "attention.layer_norm_rms_epsilon", 1e-5f)
                .putFloat(p + "rope.freq_base", 10000f);
        List<String> tokens = new ArrayList<>();
        long[] types = new long[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            boolean special = i >= 256;
            tokens.add(special ? specialToken(i) : String.valueOf(byteLetter(i)));
            types[i] = special ? 3 : 1;
        }
        file.putString("tokenizer.ggml.model", "gpt2")
                .putString("tokenizer.ggml.pre", "gpt-2")
                .putStrings("tokenizer.ggml.tokens", tokens)
                .putIntegers("tokenizer.ggml.token_type", GgufValueType.INT32, types)
                .putStrings("tokenizer.ggml.merges", List.of())
                .putUint32("tokenizer.ggml.bos_token_id", 256)
                .putUint32("tokenizer.ggml.eos_token_id", 256)
                .putBool("tokenizer.ggml.add_bos_token", false);
        file.putString("tokenizer.chat_template", "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}"
                + "{% if m['role'] == 'assistant' %}<|end|>{% endif %}{% endfor %}"
                + "{% if add_generation_prompt %}<|assistant|>{% endif %}");
    }

    private static String specialToken(int id) {
        return switch (id) {
            case 256 -> "<|end|>";
            case 257 -> "<|user|>";
            case 258 -> "<|assistant|>";
            default -> "<|reserved_" + id + "|>";
        };
    }

    /** The letter that byte-level BPE writes for a byte (Radford et al. 2019): itself if printable, else from U+0100 on. */
    private static char byteLetter(int value) {
        int shifted = 0;
        for (int b = 0; b <= value; b++) {
            boolean printable = b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
            if (b == value) {
                return (char) (printable ? b : 256 + shifted);
            }
            shifted += printable ? 0 : 1;
        }
        throw new IllegalArgumentException("byte " + value);
    }

    /** Adds the tensors of the architecture one by one. */
    private final class Tensors {
        private final GgufWriter file;
        private final Arena arena;
        private final SplittableRandom random;

        Tensors(GgufWriter file, Arena arena, SplittableRandom random) {
            this.file = file;
            this.arena = arena;
            this.random = random;
        }

        void writeAll() {
            matrix("token_embd.weight", embedding, vocabulary, width);
            for (int i = 0; i < layers; i++) {
                layer("blk." + i + ".");
            }
            vector("output_norm.weight", width, 1);
        }

        private void layer(String p) {
            int queries = heads * headSize;
            int keys = kvHeads * headSize;
            vector(p + "attn_norm.weight", width, 1);
            matrix(p + "attn_q.weight", type, queries, width);
            matrix(p + "attn_k.weight", type, keys, width);
            matrix(p + "attn_v.weight", type, keys, width);
            matrix(p + "attn_output.weight", type, width, queries);
            vector(p + "ffn_norm.weight", width, 1);
            matrix(p + "ffn_gate.weight", type, feedForward, width);
            matrix(p + "ffn_up.weight", type, feedForward, width);
            matrix(p + "ffn_down.weight", type, width, feedForward);
            switch (architecture) {
                case "qwen2" -> {
                    vector(p + "attn_q.bias", queries, 0);
                    vector(p + "attn_k.bias", keys, 0);
                    vector(p + "attn_v.bias", keys, 0);
                }
                case "qwen3" -> {
                    vector(p + "attn_q_norm.weight", headSize, 1);
                    vector(p + "attn_k_norm.weight", headSize, 1);
                }
                case "bitnet", "bitnet-b1.58" -> {
                    vector(p + "attn_sub_norm.weight", queries, 1);
                    vector(p + "ffn_sub_norm.weight", feedForward, 1);
                }
                default -> {
                }
            }
        }

        private void vector(String name, int length, float mean) {
            MemorySegment data = arena.allocate(4L * length, 4);
            for (int i = 0; i < length; i++) {
                data.setAtIndex(ValueLayout.JAVA_FLOAT, i, mean + 0.1f * (float) random.nextGaussian());
            }
            file.tensor(name, DType.F32, new long[]{length}, data);
        }

        private void matrix(String name, DType wanted, int rows, int cols) {
            DType fits = cols % wanted.blockLength() == 0 ? wanted : DType.F16;
            int tail = fits == DType.I2_S ? I2sBlocks.TAIL_BYTES : 0;
            MemorySegment data = arena.allocate(fits.bytes((long) rows * cols) + tail, 64);
            RandomBlocks.fill(data, fits, GAIN / (float) Math.sqrt(cols), random);
            file.tensor(name, fits, new long[]{cols, rows}, data);
        }
    }
}
