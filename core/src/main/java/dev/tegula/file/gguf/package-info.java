/**
 * GGUF model files, version 2 and 3: a reader that trusts nothing it reads, and a writer.
 *
 * <p>{@link dev.tegula.file.gguf.GgufFile#open(java.nio.file.Path) GgufFile.open} reads and checks the whole header
 * (metadata and tensor table) under {@link dev.tegula.file.gguf.GgufLimits limits} before any of it is used, and
 * refuses what does not hold with a {@link dev.tegula.file.gguf.GgufException} that names file, field, offset, value
 * and limit. Tensor data stay where they are until {@link dev.tegula.file.gguf.GgufFile#read read} copies them.
 *
 * <p>Two things are promised for every sequence of bytes: no more memory is taken than a small multiple of the header's
 * true length, and nothing is thrown but {@link dev.tegula.file.gguf.GgufException} and {@link java.io.IOException}.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the format's description</a>
 */
package dev.tegula.file.gguf;
