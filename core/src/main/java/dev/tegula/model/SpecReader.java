package dev.tegula.model;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufMetadata;
import dev.tegula.file.gguf.GgufValueType;
import dev.tegula.kernel.RopeScaling;
import dev.tegula.model.arch.Architecture;
import java.util.OptionalInt;

/** Reads hyper-parameters from a file's metadata ({@code ARCH.block_count} and so on) and refuses wrong ones by name. */
final class SpecReader {
    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Architecture family;
    private final String prefix;

    SpecReader(GgufFile file, Architecture family, String architecture) {
        this.file = file;
        this.metadata = file.metadata();
        this.family = family;
        this.prefix = architecture + ".";
    }

    ModelSpec read(String architecture) {
        refuseExperts();
        int width = metadata.getInt(prefix + "embedding_length");
        int heads = uniform("attention.head_count").orElseThrow(() -> missing("attention.head_count"));
        if (heads < 1) {
            throw refuse("attention.head_count", heads + ": at least 1");
        }
        int kvHeads = uniform("attention.head_count_kv").orElse(heads);
        int headSize = metadata.getInt(prefix + "attention.key_length", width / heads);
        if (!metadata.has(prefix + "attention.key_length") && width % heads != 0) {
            throw refuse("attention.head_count", heads + ": does not divide the width " + width);
        }
        int valueSize = metadata.getInt(prefix + "attention.value_length", headSize);
        if (valueSize != headSize) {
            throw refuse("attention.value_length", valueSize + ": must be the keys' length " + headSize);
        }
        int layers = metadata.getInt(prefix + "block_count");
        limit("block_count", layers, file.options().limits().blockCount());
        try {
            return new ModelSpec(architecture, layers, width,
                    uniform("feed_forward_length").orElseThrow(() -> missing("feed_forward_length")), heads, kvHeads,
                    headSize, vocabulary(), metadata.getInt(prefix + "context_length"),
                    metadata.getFloat(prefix + "attention.layer_norm_rms_epsilon"),
                    metadata.getInt(prefix + "rope.dimension_count", headSize), family.ropeHalves(), rope(),
                    metadata.getInt(prefix + "attention.sliding_window", 0), family.activation());
        } catch (IllegalArgumentException e) {
            throw new ModelException(file.name(), "metadata", prefix + e.getMessage());
        }
    }

    private RopeScaling rope() {
        double base = metadata.getFloat(prefix + "rope.freq_base", 10000f);
        String type = metadata.getString(prefix + "rope.scaling.type", "none");
        double factor = metadata.getFloat(prefix + "rope.scaling.factor",
                metadata.getFloat(prefix + "rope.scale_linear", 1f));
        if (type.equals("none") && metadata.has(prefix + "rope.scale_linear")) {
            type = "linear";
        }
        return switch (type) {
            case "none" -> RopeScaling.none(base);
            case "linear" -> new RopeScaling(RopeScaling.Kind.LINEAR, base, factor, 0, 0, 0, 1);
            case "yarn" -> yarn(base, factor);
            default -> throw refuse("rope.scaling.type", "'" + type + "': none, linear and yarn are known");
        };
    }

    private RopeScaling yarn(double base, double factor) {
        int original = metadata.getInt(prefix + "rope.scaling.original_context_length",
                metadata.getInt(prefix + "context_length"));
        if (original < 1) {
            throw refuse("rope.scaling.original_context_length", original + ": at least 1");
        }
        double attention = metadata.getFloat(prefix + "rope.scaling.attn_factor", 1f)
                * (1 + 0.1 * StrictMath.log(factor));
        return new RopeScaling(RopeScaling.Kind.YARN, base, factor, original,
                metadata.getFloat(prefix + "rope.scaling.yarn_beta_fast", 32f),
                metadata.getFloat(prefix + "rope.scaling.yarn_beta_slow", 1f), attention);
    }

    /** The embedding has a row per token; a number in the metadata must agree. */
    private int vocabulary() {
        long rows = file.tensor("token_embd.weight").dim(1);
        limit("vocab_size", rows, file.options().limits().vocabulary());
        int stated = metadata.getInt(prefix + "vocab_size", (int) rows);
        if (stated != rows) {
            throw refuse("vocab_size", stated + ": token_embd.weight has " + rows + " rows");
        }
        return stated;
    }

    private void refuseExperts() {
        if (metadata.getInt(prefix + "expert_count", 0) != 0) {
            throw refuse("expert_count",
                    metadata.getInt(prefix + "expert_count") + ": mixtures of experts are not supported");
        }
    }

    private void limit(String key, long value, long limit) {
        if (value > limit) {
            throw refuse(key, value + ": over the limit of " + limit);
        }
    }

    /** A number that some files state per layer: all the same, or refused. */
    private OptionalInt uniform(String key) {
        if (!metadata.has(prefix + key)) {
            return OptionalInt.empty();
        }
        if (metadata.entry(prefix + key).orElseThrow().type() != GgufValueType.ARRAY) {
            return OptionalInt.of(metadata.getInt(prefix + key));
        }
        int[] values = metadata.getInts(prefix + key);
        for (int value : values) {
            if (value != values[0]) {
                throw refuse(key, "differs from layer to layer, which is not supported");
            }
        }
        return values.length == 0 ? OptionalInt.empty() : OptionalInt.of(values[0]);
    }

    private ModelException missing(String key) {
        return refuse(key, "is missing");
    }

    private ModelException refuse(String key, String problem) {
        return new ModelException(file.name(), prefix + key, problem);
    }
}
