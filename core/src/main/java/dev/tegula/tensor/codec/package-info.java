/**
 * Scalar decoding of every number format: the definition of what the bytes of a weight mean.
 *
 * <p>{@link dev.tegula.tensor.codec.Codecs} is the one table. A {@link dev.tegula.tensor.codec.BlockDecoder} turns blocks
 * into F32; a {@link dev.tegula.tensor.codec.BlockCodes} shows a block of a quantized format as the integers it is made
 * of, for kernels that multiply integers. Each format's file begins with a picture of its block.
 *
 * <p>All multi-byte fields lie in the file's little-endian order; decoded F32 values are written in the machine's order.
 * The products of a scale, a sub-scale and a code are exact in F32 (at most 24 significant bits), so a decoded value is
 * rounded at most once, where a minimum is taken off, and does not depend on the order of the multiplications.
 */
package dev.tegula.tensor.codec;
