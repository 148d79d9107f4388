package dev.tegula.file.gguf;

/**
 * What a file may ask for at most. Every count and length of a file is compared with these, and with the bytes that the
 * file really has, before anything is allocated or multiplied. The table with the reasons is docs/LIMITS.md.
 *
 * <p>An instance comes from {@link #defaults} or a {@link Builder}; lowering a limit is always allowed, raising one
 * takes an explicit {@link Builder#raise} first, so that no limit is lifted by a slip.
 *
 * @param metadataBytes bytes of the header: everything before the tensor data
 * @param stringBytes bytes of one string value
 * @param keyBytes bytes of one metadata key
 * @param arrayElements elements of one array
 * @param keys metadata keys
 * @param tensors tensors, of all parts of a split file together
 * @param tensorNameBytes bytes of one tensor name
 * @param dimension largest dimension of a tensor
 * @param alignment largest {@code general.alignment}
 * @param splits parts of a split file
 * @param embeddedBytes bytes of a file that is read from a stream or an array into memory
 * @param blockCount layers of a model; held by the model loader
 * @param vocabulary tokens of a vocabulary; held by the tokenizer and the model loader
 */
public record GgufLimits(long metadataBytes, long stringBytes, long keyBytes, long arrayElements, long keys,
        long tensors, long tensorNameBytes, long dimension, long alignment, long splits, long embeddedBytes,
        long blockCount, long vocabulary) {

    private static final GgufLimits DEFAULTS = new GgufLimits(64L << 20, 16L << 20, 65_535, 64L << 20, 65_536, 65_536,
            64, Integer.MAX_VALUE, 4096, 1024, 1L << 30, 4096, 4L << 20);

    /** What no builder call can exceed: arrays in memory are indexed by {@code int}. */
    private static final GgufLimits CEILING = new GgufLimits(1L << 30, 1L << 30, 1L << 20, 1L << 30, 1L << 24, 1L << 24,
            1L << 16, 1L << 48, 1L << 20, 65_535, 1L << 40, 1L << 20, 1L << 30);

    /** Checks that every limit is at least 1. */
    public GgufLimits {
        for (long limit : new long[]{metadataBytes, stringBytes, keyBytes, arrayElements, keys, tensors,
            tensorNameBytes, dimension, alignment, splits, embeddedBytes, blockCount, vocabulary}) {
            if (limit < 1) {
                throw new IllegalArgumentException("a limit must be at least 1, not " + limit);
            }
        }
    }

    /** The limits of docs/LIMITS.md. */
    public static GgufLimits defaults() {
        return DEFAULTS;
    }

    /** A builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Sets limits; each call throws {@link IllegalArgumentException} for a value below 1 or above what is allowed. */
    public static final class Builder {
        private GgufLimits most = DEFAULTS;
        private long metadataBytes = DEFAULTS.metadataBytes;
        private long stringBytes = DEFAULTS.stringBytes;
        private long keyBytes = DEFAULTS.keyBytes;
        private long arrayElements = DEFAULTS.arrayElements;
        private long keys = DEFAULTS.keys;
        private long tensors = DEFAULTS.tensors;
        private long tensorNameBytes = DEFAULTS.tensorNameBytes;
        private long dimension = DEFAULTS.dimension;
        private long alignment = DEFAULTS.alignment;
        private long splits = DEFAULTS.splits;
        private long embeddedBytes = DEFAULTS.embeddedBytes;
        private long blockCount = DEFAULTS.blockCount;
        private long vocabulary = DEFAULTS.vocabulary;

        private Builder() {}

        /** Allows the calls that follow to go above the defaults. Only for files whose origin is trusted. */
        public Builder raise() {
            most = CEILING;
            return this;
        }

        /** Bytes of the header. */
        public Builder metadataBytes(long value) {
            metadataBytes = within("metadataBytes", value, most.metadataBytes);
            return this;
        }

        /** Bytes of one string value. */
        public Builder stringBytes(long value) {
            stringBytes = within("stringBytes", value, most.stringBytes);
            return this;
        }

        /** Bytes of one metadata key. */
        public Builder keyBytes(long value) {
            keyBytes = within("keyBytes", value, most.keyBytes);
            return this;
        }

        /** Elements of one array. */
        public Builder arrayElements(long value) {
            arrayElements = within("arrayElements", value, most.arrayElements);
            return this;
        }

        /** Metadata keys. */
        public Builder keys(long value) {
            keys = within("keys", value, most.keys);
            return this;
        }

        /** Tensors. */
        public Builder tensors(long value) {
            tensors = within("tensors", value, most.tensors);
            return this;
        }

        /** Bytes of one tensor name. */
        public Builder tensorNameBytes(long value) {
            tensorNameBytes = within("tensorNameBytes", value, most.tensorNameBytes);
            return this;
        }

        /** Largest dimension of a tensor. */
        public Builder dimension(long value) {
            dimension = within("dimension", value, most.dimension);
            return this;
        }

        /** Largest alignment in bytes. */
        public Builder alignment(long value) {
            alignment = within("alignment", value, most.alignment);
            return this;
        }

        /** Parts of a split file. */
        public Builder splits(long value) {
            splits = within("splits", value, most.splits);
            return this;
        }

        /** Bytes of a file read from a stream or an array. */
        public Builder embeddedBytes(long value) {
            embeddedBytes = within("embeddedBytes", value, most.embeddedBytes);
            return this;
        }

        /** Layers of a model. */
        public Builder blockCount(long value) {
            blockCount = within("blockCount", value, most.blockCount);
            return this;
        }

        /** Tokens of a vocabulary. */
        public Builder vocabulary(long value) {
            vocabulary = within("vocabulary", value, most.vocabulary);
            return this;
        }

        /** The limits set so far. */
        public GgufLimits build() {
            return new GgufLimits(metadataBytes, stringBytes, keyBytes, arrayElements, keys, tensors, tensorNameBytes,
                    dimension, alignment, splits, embeddedBytes, blockCount, vocabulary);
        }

        private long within(String name, long value, long highest) {
            if (value < 1 || value > highest) {
                throw new IllegalArgumentException("limit " + name + ": " + value + " is not in 1.." + highest
                        + (most == DEFAULTS ? "; call raise() first to go above the default" : ""));
            }
            return value;
        }
    }
}
