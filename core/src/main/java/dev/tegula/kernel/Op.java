package dev.tegula.kernel;

import java.util.Locale;
import java.util.OptionalInt;

/**
 * What a node of a graph computes. An op holds attributes only; its inputs and outputs are named here in order.
 *
 * <p>Matrices are row-major; {@code T} is the number of rows of the batch (tokens), {@code O} the number of rows whose
 * logits are wanted. Weights of a linear layer have one row per output element: {@code n} rows of {@code k}.
 */
public sealed interface Op {
    /** The name used in kernel ids: the record's name in lower case. */
    default String name() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** The layer whose keys and values in the cache it reads or writes, or nothing when it does not touch the cache. */
    default OptionalInt cacheLayer() {
        return switch (this) {
            case KvWrite op -> OptionalInt.of(op.layer);
            case RopeKvWrite op -> OptionalInt.of(op.layer);
            case Attention op -> OptionalInt.of(op.layer);
            default -> OptionalInt.empty();
        };
    }

    /** Row {@code token[r]} of a table as F32. Inputs: table (vocabulary × d), which stays in the file. Output: T × d. */
    record Embed() implements Op {}

    /**
     * Root mean square norm (Zhang and Sennrich, arXiv:1910.07467) of each of {@code groups} equal parts of a row:
     * y = x / sqrt(mean(x²) + eps) · w. Inputs: x, w (1 × cols/groups). Output: y, may be x's memory.
     */
    record RmsNorm(float eps, int groups) implements Op {}

    /** y = (x − mean) / sqrt(var + eps) · w + b. Inputs: x, w (1 × cols), b (1 × cols). Output: y, may be x's memory. */
    record LayerNorm(float eps) implements Op {}

    /**
     * Activations to Q8 blocks, or rounded to BF16. Input: x (F32). Output: the same in the output's format, Q8_A32, Q8_A128, Q8_A256 or
     * BF16.
     */
    record Quantize() implements Op {}

    /**
     * y = W x, then + bias, then + residual. Inputs: x (T × k; F32 or Q8 as the weights' format asks, or BF16 with weights in
     * BF16, which makes pairs of products as Intel's VDPBF16PS does: see {@code docs/NUMERICS.md}), W (n × k), then
     * bias (1 × n) if any, then residual (T × n) if any. Output: y (T × n F32), may be the residual's memory.
     */
    record MatMul(boolean bias, boolean residual) implements Op {}

    /** y = a + b. Output: y, may be a's memory. */
    record Add() implements Op {}

    /**
     * Rotates pairs of each head's first {@code dims} elements by the position's angles (Su et al., arXiv:2104.09864).
     * Inputs: x (T × heads·headSize), table (C × dims: dims/2 cosines, then dims/2 sines of the position). Output: may be
     * x's memory.
     *
     * @param halves pairs are (i, i + dims/2) when true (NeoX order), (2i, 2i + 1) when false
     */
    record Rope(int heads, int headSize, int dims, boolean halves) implements Op {}

    /** Stores keys and values of the batch's rows. Inputs: k, v (T × kvHeads·headSize), cache. No output. */
    record KvWrite(int layer, int kvHeads, int headSize) implements Op {}

    /**
     * Causal attention over the cache, one pass. Inputs: q (T × heads·headSize), cache, then sinks (1 × heads) if the scoring
     * has such. Output: T × heads·headSize.
     *
     * @param scoring how products become weights
     */
    record Attention(int layer, int heads, int kvHeads, int headSize, Scoring scoring) implements Op {
        /** Attention whose scores are scaled only; see {@link Scoring#scaled}. */
        public Attention(int layer, int heads, int kvHeads, int headSize, float scale, int window) {
            this(layer, heads, kvHeads, headSize, Scoring.scaled(scale, window));
        }
    }

    /** y = f(gate) · up. Inputs: gate, up. Output: y, may be the gate's memory. */
    record Gate(Activation activation) implements Op {}

    /** The rows whose logits are wanted. Input: x (T × d). Output: O × d. */
    record SelectRows() implements Op {}

    /** y = exp(x − max) / sum of the same, per row. Input: x. Output: y, may be x's memory. */
    record Softmax() implements Op {}

    /**
     * The first {@code k} of a row by rank: the larger first, NaN before any number, and between equals (two zeros of
     * whatever sign, two NaNs) the lower column. So the order is total, and a row that holds NaN or +∞ shows it in its
     * first result. Input: x. Outputs: the values as they are in x (k columns), in that order, and their columns (I32).
     *
     * @param k how many, 1 to the columns of x
     */
    record TopK(int k) implements Op {}

    /**
     * The table of {@link Rope}: cosines and sines of every position. Evaluated once at load, never per batch. Input: factors
     * (1 × dims/2) that divide the frequencies, if the model has such. Output: C × dims.
     */
    record RopeTable(RopeScaling scaling, int dims) implements Op {}

    /** {@link RmsNorm} of one group, then {@link Quantize}. Inputs: x, w. Output: Q8. */
    record NormQuantize(float eps) implements Op {}

    /** Two linear layers of one input and the {@link Gate} of their results. Inputs: x, W gate, W up. Output: T × n F32. */
    record GateUp(Activation activation) implements Op {}

    /**
     * {@link Rope} of q and k and {@link KvWrite} in one. Inputs: q, k, v, table, cache. Output: rotated q, may be q's
     * memory; k is left undefined.
     */
    record RopeKvWrite(int layer, int heads, int kvHeads, int headSize, int dims, boolean halves) implements Op {}
}
