package dev.tegula.kernel;

/** The function applied to the gate of a gated feed-forward layer. */
public enum Activation {
    /** x · sigmoid(x). */
    SILU,
    /** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), Hendrycks and Gimpel's approximation (arXiv:1606.08415). */
    GELU,
    /** max(x, 0)², as BitNet b1.58 uses it. */
    RELU2
}
